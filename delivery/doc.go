// Package delivery reads CMS's CCLF deliveries into data sets of CCLF tables.
package delivery
