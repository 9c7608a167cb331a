// Package dataset is the contract on disk: how a data set is laid out,
// written, published and read. Nothing about that is declared anywhere else.
//
// # Layout
//
// A data set is a folder:
//
//	OUT/_manifest.json                          what is there; see Manifest
//	OUT/_rejects.ndjson                         lines that gave no rows
//	OUT/_lock                                   held by the one writer; stays
//	OUT/cclf1/part-00000-4f1d2c3b5a69.parquet   part files of a table
//	OUT/partially_adjudicated/cclf1/...         tables of claims that are not final
//	OUT/.incomplete/                            what a writer has not finished
//
// or, when OUT ends in .duckdb and the format is DuckDB, a file with its
// companions; see Layout.
//
// The name of a part file ends in the first digits of the SHA-256 of its
// content. So a name never changes what it means: a reader that holds an old
// manifest finds the content that the manifest describes, or no file.
//
// # What is promised
//
//   - A data set is the files that its manifest lists, of the sizes that it
//     gives. A missing, resized or foreign part file is an error.
//   - Whatever ends a writer (a kill, a failing call, a power loss), a reader
//     of the manifest finds the complete old data set or the complete new one,
//     and the next writer goes on.
//   - A table folder is exchanged as a whole: a reader of OUT/cclf1/*.parquet
//     sees the old part files or the new ones.
//   - Files have mode 0600 and folders 0700. Everything is reached through an
//     os.Root, and a symbolic link in the place of a folder of ours is refused.
//
// # How a data set is published
//
// All files are written to OUT/.incomplete/set, and they and their folders are
// synced. Then Writer.Commit
//
//  1. writes a journal of what it is about to move, and syncs it,
//  2. exchanges each table folder and each file with the one in its place,
//  3. syncs the folders,
//  4. renames the new manifest into place: this is the commit,
//  5. removes the old files, which are in OUT/.incomplete now, and the journal.
//
// A writer that finds a journal knows from the manifest in place on which side
// of step 4 the one before it ended, and undoes the moves or finishes the
// removal. Each move can be told from what is on disk, so both may be cut
// short and begun again.
//
// Between steps 2 and 4 a reader of the old manifest finds the old files where
// the exchange has put them.
package dataset
