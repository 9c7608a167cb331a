// Package reconcile compares the claims of two data sets and says why they differ.
package reconcile
