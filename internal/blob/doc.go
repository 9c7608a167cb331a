// Package blob opens, lists and writes files by their names, which are local paths
// or URLs of objects in an object store, such as s3://bucket/folder/file.
//
// Open, Stat, Walk and ReadFile take either kind of name. What only object stores
// can do (conditional writes, uploads that are invisible until they are published)
// is the interface Bucket.
//
// # Names
//
// A name with "://" in it is a URL; Check says whether its scheme is known. Options
// of the store may follow it once, as in
//
//	s3://bucket/folder?endpoint=http://127.0.0.1:9000&region=us-east-1
//
// They hold for the bucket as long as the process runs; Clean returns the name
// without them, which is what users see in messages and in tables.
//
// # What is promised
//
//   - A read that fails or ends early is continued where it stopped, from the same
//     version of the object. If another one took its place, the read fails with
//     ErrChanged.
//   - An upload that is given up, also by a canceled context, leaves nothing behind:
//     it is removed with a context of its own.
//   - Errors name objects, never credentials.
package blob
