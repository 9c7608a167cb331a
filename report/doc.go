// Package report writes a report of a data set: spending, utilization, enrollment
// and the quality of the data, as one HTML page that needs nothing else.
//
// A report shows what metrics of package query return, and computes nothing but sums
// of their rows. Each section of the page is a list of figures. A figure is one
// metric, grouped in one way: a chart, a table with the same numbers, and the rule by
// which they are computed. Small cells are hidden before anything is written, so the
// page does not contain them.
//
// Charts are specifications for Vega-Lite, which the page draws itself. The folder
// vega has the libraries for that.
//
// The same data set and options give the same page.
package report
