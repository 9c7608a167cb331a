// Package changes finds the keys whose rows differ between two versions of a
// table, in one pass over both and in memory that is bounded.
//
// A [Hasher] makes two numbers of each row: the hash of its key and the hash of the
// row. [Deltas] has the sum of the hashes of the new rows minus that of the old ones
// for each key. It is zero if a key has the same rows on both sides, however many
// there are and in whatever order. Rows that did not change usually are at about the
// same place on both sides, so a caller that reads both sides in step adds and
// removes keys soon after each other. Deltas that are too many are spilled to disk.
//
// Two keys with the same hash count as one: if one differs, both do. Two different
// sets of rows with the same sum, by a chance of 1 in 2^64 per key, count as equal.
// The seed of the hashes is another one in each process, so nobody can aim at it.
//
// The package knows tables as Arrow columns, and no files of data sets.
package changes
