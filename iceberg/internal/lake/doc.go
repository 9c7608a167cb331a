// Package lake publishes the Parquet files of data sets as Apache Iceberg tables.
//
// # Layout
//
// With the default catalog and warehouse, everything is below the data set:
//
//	LAKE/cclf5/part-00000-4f1d2c3b5a69.parquet                   a file of the data set
//	LAKE/_iceberg/catalog.db                                     the catalog, a SQLite database
//	LAKE/_iceberg/_lock                                          locked by Publish and Expire
//	LAKE/_iceberg/cclf/cclf5/data/part-00000-4f1d2c3b5a69.parquet  a hard link to the file
//	LAKE/_iceberg/cclf/cclf5/metadata/                           snapshots and manifests
//
// A data set removes the files that it replaces, and snapshots must be able to read
// them. So each file has a second name in the warehouse: a hard link, which takes no
// space, or a copy where links are impossible (another file system, an object
// store). A file name contains the hash of its content, so a name in the warehouse
// always refers to the same content.
//
// # What is promised
//
//   - Publish makes the current snapshot of each table consist of exactly the files
//     of the data set. A table whose files are unchanged gets no snapshot.
//   - A file is in the warehouse, and durable, before a snapshot names it. The catalog
//     names a snapshot only when its metadata are durable. Whatever interrupts
//     Publish, each table is in its old or its new state, and the next Publish
//     completes the rest.
//   - Expire first removes snapshots from the metadata, and then the files that no
//     snapshot names. If it is interrupted in between, the next Expire removes them.
//   - Tables that Publish did not create are never changed.
package lake
