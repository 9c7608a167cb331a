// Package dataset is the contract on disk: how a data set is laid out,
// written, published and read. Nothing of that is declared anywhere else.
//
// # Layout
//
// A data set is a folder:
//
//	OUT/_manifest.json                          lists the rest; see Manifest
//	OUT/_rejects.ndjson                         lines that gave no rows
//	OUT/_lock                                   locked by the writer; never removed
//	OUT/cclf1/part-00000-4f1d2c3b5a69.parquet   part files of a table
//	OUT/cclf1/service_year=2025/part-...        those of a partition of it; see Partition
//	OUT/partially_adjudicated/cclf1/...         tables of partially adjudicated claims
//	OUT/_changes/3/cclf1/part-00000-...         what the publication of a run changed; see ChangeSet
//	OUT/.incomplete/                            unfinished work of a writer
//
// or, if OUT ends in .duckdb and the format is DuckDB, a file with its
// companions; see Layout.
//
// The name of a part file ends in the first digits of the SHA-256 of its
// content. So a name never refers to other content: a reader with an old manifest
// finds the content that the manifest describes, or no file.
//
// In an object store, a data set is the objects whose keys begin with OUT and a slash,
// with two differences: the name of the reject file has a hash, and .incomplete has at
// most a journal.
//
// # Formats
//
// The formats are declared in one table, formats. Package encode has their
// encoders, one file each. To add a format of part files, add an encoder and a
// line to the table.
//
// A producer of tables calls Create, Writer.Tables, Tables.Add for each table,
// TableWriter.Write and Close for its rows, Tables.Finish, and Writer.Commit.
//
// # What is promised
//
//   - A data set consists of the files that its manifest lists, with the sizes
//     given there. A missing, resized, misnamed or unlisted part file is an error,
//     and so is an unknown format.
//   - Whatever stops a writer (a kill, a failing call, a power loss), a reader of
//     the manifest finds the complete old data set or the complete new one, and
//     the next writer recovers.
//   - A table folder is replaced as a whole: a reader of OUT/cclf1/*.parquet
//     sees the old part files or the new ones. A table that is divided is replaced as a
//     whole too, but such a reader lists its partitions one by one.
//   - Files have mode 0600 and folders 0700, unless Options.FileMode says otherwise.
//     The work folder is private until Writer.Commit begins to publish. All access goes through an os.Root,
//     and a symbolic link in place of a folder of the data set is refused.
//
// # How a data set is published
//
// All files are written to OUT/.incomplete/set, and they and their folders are
// synced. Then Writer.Commit
//
//  1. writes a journal of the moves to come, and syncs it,
//  2. exchanges each table folder and each file with the one that it replaces,
//  3. syncs the folders,
//  4. renames the new manifest into place: this is the commit,
//  5. removes the old files, which are now in OUT/.incomplete, and the journal.
//
// A writer that finds a journal compares it with the manifest: if the previous
// writer stopped before step 4, it undoes the moves; otherwise it finishes the
// removal. What is on disk shows which moves were made, so both can be
// interrupted and started again.
//
// Between steps 2 and 4, a reader of the old manifest finds the old files where
// the exchange put them.
//
// Object stores have no rename: remote.go describes how data sets are published there.
package dataset
