// Package drift reports how an export differs from what the servers are known to
// send. Elements that no cell of the crosswalk reads are counted while lines are
// read (see [ndjson.Census]), and are new unless package bcda knows them. Marks
// that all resources used to have are counted too, and reported when they are
// missing.
package drift
