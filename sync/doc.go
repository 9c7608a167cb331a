// Package sync is about lakes: data sets that follow a server for years.
//
// A lake is a folder with a data set, and with the log that it is made of: the export
// folder of package fetch in which each run adds what changed. The tables are a
// function of the log. [Log] is that function's argument: which files a conversion
// reads, in which order, and which run each belongs to. [Log.UpTo] is the log as it was
// after an earlier run, of which package convert makes the tables of that time.
package sync
