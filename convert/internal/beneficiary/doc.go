// Package beneficiary collects what an export says about each beneficiary: the
// current and former MBIs, and what Coverages and hospice claims add to CCLF8.
//
// The crosswalk makes an [Update] of each resource that says something about a
// beneficiary. A [Registry] applies the updates in the order of the input. When
// all input has been read, it answers what the rows of other resources need.
package beneficiary
