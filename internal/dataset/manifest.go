package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// SchemaVersion is the version of the manifests that this package writes. It is
// increased by changes that would make older readers read wrongly.
const SchemaVersion = 1

// SourceCCLF is the source of data sets of CMS's CCLF deliveries.
const SourceCCLF = "cclf"

// SourceMigration is the source of maps of old to new IDs.
const SourceMigration = "migration"

// SourceReconcile is the source of data sets with the details of a comparison.
const SourceReconcile = "reconcile"

// A Manifest describes a finished data set. It is published last: a data set with
// a manifest is complete. It does not contain the time or the machine, so equal
// inputs give equal manifests.
type Manifest struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"` // of the program that wrote it
	Format        Format `json:"format"`
	// Source is where the data are from: SourceCCLF, SourceMigration,
	// SourceReconcile, or empty for exports of BCDA.
	Source    string `json:"source,omitempty"`
	Profile   string `json:"profile,omitempty"`
	Layout    string `json:"layout,omitempty"`  // of the fixed-width files
	Versions  string `json:"versions"`          // which versions of a claim have rows
	Leavers   string `json:"leavers,omitempty"` // drop, if those who left the list of Patients have no rows
	Increment bool   `json:"increment,omitempty"`
	// PartitionBy says by what part files are divided, if they are.
	PartitionBy Partition `json:"partition_by,omitempty"`
	APIs        []string  `json:"apis"` // API versions of BCDA in the inputs
	Inputs      []Input   `json:"inputs"`
	// Runs are the runs of cclf fetch whose exports were read, in their order.
	Runs []Run `json:"runs,omitempty"`
	// PassedOver lists what was in folders and archives but not read.
	PassedOver []PassedOver `json:"passed_over,omitempty"`
	Counts     Counts       `json:"counts"`
	// PartialDates counts dates without their days, whose cells are null; Rounded
	// counts numbers with more decimals than their column; UnknownState counts
	// foreign or unknown state codes, whose cells are null. The keys are table and
	// column, such as "cclf1.CLM_FROM_DT". Values of replaced resources are
	// included.
	PartialDates map[string]int64 `json:"partial_dates,omitempty"`
	Rounded      map[string]int64 `json:"rounded,omitempty"`
	UnknownState map[string]int64 `json:"unknown_states,omitempty"`
	Tables       []Table          `json:"tables"`
	// TablesSHA256 is the SHA-256 of the names of the tables and of the hashes of their
	// files, in hexadecimal. Commit sets it. Older manifests lack it.
	TablesSHA256 string `json:"tables_sha256,omitempty"`
	// Changes is the folder of the newest set of changes: of those that turned other
	// tables into these. See ChangeSet.
	Changes string `json:"changes,omitempty"`
	Files   []File `json:"files,omitempty"` // that belong to no table
	Rejects *File  `json:"rejects,omitempty"`
	// ExtraColumns are lines for schema.ParseExtraColumns.
	ExtraColumns []string `json:"extra_columns,omitempty"`
	// Conversion are other options on which the rows and the files depend, nil if they
	// were the usual ones.
	Conversion *Conversion `json:"conversion,omitempty"`
	TextSize   int64       `json:"text_bytes"` // of all inputs, decompressed
	// Unmapped lists the elements of the inputs that no column uses.
	Unmapped []Unmapped `json:"unmapped,omitempty"`
	// UnlistedElements counts occurrences of new elements that Unmapped does not
	// list because there are too many.
	UnlistedElements int64         `json:"unlisted_elements,omitempty"`
	Missing          []MissingMark `json:"missing,omitempty"`
}

// A Conversion has options of a conversion of an export.
type Conversion struct {
	API          string         `json:"api,omitempty"`    // that was given, and not detected
	Tables       []string       `json:"tables,omitempty"` // that were selected
	Limits       map[string]int `json:"limits,omitempty"` // other than the default ones
	AllowPartial bool           `json:"allow_partial,omitempty"`

	// The form of the files.
	FileSize     int64 `json:"file_size,omitempty"` // that was given
	Sort         bool  `json:"sort,omitempty"`
	BloomFilters bool  `json:"bloom_filters,omitempty"`
	RowGroupRows int   `json:"row_group_rows,omitempty"` // that were given
	// Names of fixed-width files.
	ACO     string  `json:"aco,omitempty"`
	Program Program `json:"program,omitempty"` // that was given
	Runout  bool    `json:"runout,omitempty"`
}

// An Input is a file that was read.
type Input struct {
	Name     string `json:"name"`
	Size     int64  `json:"bytes"`      // as stored; -1 when unknown
	TextSize int64  `json:"text_bytes"` // decompressed
	Lines    int64  `json:"lines"`
	Rejects  int64  `json:"rejected"`
	// BrokenOff is the line at which the input ended early, if that was allowed.
	BrokenOff int64 `json:"broken_off_at_line,omitempty"`
	// Foreign counts rejected resources of another kind of server, by type.
	Foreign map[string]int64 `json:"foreign,omitempty"`
}

// PassedOver is an entry of a folder or an archive that was not read.
type PassedOver struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Counts is the number of resources read, by what became of them.
type Counts struct {
	Lines     int64 `json:"lines"`     // without blank ones
	Resources int64 `json:"resources"` // that were understood
	// PriorAuthorizations are not claims. They are counted as they are in their table:
	// without older versions, and without those of beneficiaries who left.
	PriorAuthorizations int64 `json:"prior_authorizations"`
	Skipped             int64 `json:"skipped"`   // of types without a CCLF equivalent
	Cancelled           int64 `json:"cancelled"` // claims that are no longer final action
	// EnteredInError, Draft and OtherStatus count claims, responses and Coverages
	// without rows because of their status.
	EnteredInError int64 `json:"entered_in_error"`
	Draft          int64 `json:"draft"`
	OtherStatus    int64 `json:"other_status"` // not defined by FHIR
	// PartiallyAdjudicated claims are not final. They have rows in tables of their
	// own, and are counted like PriorAuthorizations.
	PartiallyAdjudicated int64 `json:"partly_adjudicated"`
	Replaced             int64 `json:"replaced"` // resources with a newer version in the input
	// Repeated counts resources of runs of cclf fetch that came again as they were.
	Repeated int64 `json:"repeated,omitempty"`
	// Deletions counts entries of Bundles that say that a resource was deleted, and
	// Deleted the versions in the input of such resources.
	Deletions int64 `json:"deletions"`
	Deleted   int64 `json:"deleted"`
	// Leavers counts beneficiaries who were in an earlier list of Patients and are not
	// in the newest one.
	Leavers int64 `json:"leavers"`
	// Superseded counts claims with a newer related claim: Part D events whose
	// versions the server sends, and claims that another names as its prior version.
	Superseded int64 `json:"superseded"`
	// PriorCircles counts circles of claims each of which names the next as its prior
	// version. The newest claim of each is not superseded.
	PriorCircles int64 `json:"prior_circles,omitempty"`
	Orphans      int64 `json:"no_patient"` // claims whose beneficiary has no Patient
	// MBIFromClaim counts those of NoPatient that contain the MBI themselves.
	MBIFromClaim int64 `json:"mbi_from_claim"`
	// NoMBI counts Patients without a current MBI: they have none, or several of which
	// none is current, and no claim shows one.
	NoMBI int64 `json:"patients_without_mbi,omitempty"`
	// WithoutLines counts final-action claims of Parts A and B without service lines.
	// Institutional ones have a row in CCLF1 and none in CCLF2, others have none in
	// CCLF5 or CCLF6.
	WithoutLines int64 `json:"claims_without_lines"`
	// BrokenLinks counts links from service lines to diagnoses, providers and other
	// information that their claim does not have. Claims of which there is a newer version
	// are included.
	BrokenLinks int64 `json:"broken_links,omitempty"`
	// TrimmedMBIs counts Patients and claims whose MBI has white space around it, which the
	// tables do not have.
	TrimmedMBIs int64 `json:"trimmed_mbis,omitempty"`
	// MonthsTold and MonthsInferred count the rows of enrollment: months that the
	// export shows, and those that it only implies.
	MonthsTold     int64 `json:"enrollment_months_told"`
	MonthsInferred int64 `json:"enrollment_months_inferred"`
	Rejected       int64 `json:"rejected"`
	BrokenOff      int64 `json:"broken_off"` // inputs
	// DuplicateKeys counts lines with a member that occurs twice in one object. The
	// last one counts.
	DuplicateKeys int64 `json:"duplicate_keys"`
	// Misfits counts values that do not fit their fields in fixed-width files.
	Misfits int64 `json:"misfits"`
}

// A Table is one table of the data set.
type Table struct {
	Name string `json:"name"` // partially adjudicated claims: PartialFolder, a slash, and the name
	Rows int64  `json:"rows"`
	// SchemaSHA256 is the SHA-256 of the names and types of the columns, in
	// hexadecimal, and DateColumn that of MinDate and MaxDate of the files. Older
	// manifests have neither.
	SchemaSHA256 string `json:"schema_sha256,omitempty"`
	DateColumn   string `json:"date_column,omitempty"`
	// SortedBy are the columns by which the rows of each file are sorted, nulls last, if
	// they are.
	SortedBy []string `json:"sorted_by,omitempty"`
	Files    []File   `json:"files"`
}

// A File is a file with rows of one table, or of several.
type File struct {
	Name   string `json:"name"`             // relative to the data set, with slashes
	Member string `json:"member,omitempty"` // of a zip file
	Rows   int64  `json:"rows"`             // of the table; records, if the file belongs to no table
	Size   int64  `json:"bytes"`            // of the file
	SHA256 string `json:"sha256"`           // of the file, in hexadecimal
	// MinDate and MaxDate are the least and the greatest date of the rows, such as
	// 2025-01-31. They are empty if no row has one, and in older manifests.
	MinDate string `json:"min_date,omitempty"`
	MaxDate string `json:"max_date,omitempty"`
	// Partition is the value of Manifest.PartitionBy that all rows of the file have, by
	// the name of the partition: {"service_year": "2025"}. Rows without a date have
	// NoPartition. It is empty for files of tables that are not divided.
	Partition map[string]string `json:"partition,omitempty"`
}

// A Run is a run of cclf fetch.
type Run struct {
	Number          int    `json:"run"`              // in its export folder, from 1
	TransactionTime string `json:"transaction_time"` // as the server wrote it
}

// An Unmapped is an element of the input that no column uses.
type Unmapped struct {
	API      string `json:"api"`
	Resource string `json:"resource"`
	Kind     string `json:"kind"`
	Path     string `json:"path"`
	// System is the system of a category's code.
	System string `json:"system,omitempty"`
	// Name is the URL of an extension, the code of a category, or a system. It is
	// withheld if it does not look like one, since it may be a value.
	Name  string `json:"name"`
	New   bool   `json:"new,omitempty"` // not known to be sent
	Count int64  `json:"count"`
}

// Describe returns a phrase that names the element and where it occurs.
func (u *Unmapped) Describe() string {
	at := u.Resource
	if u.Path != "" {
		at += "." + u.Path
	}
	of := ""
	if u.System != "" {
		of = " of " + u.System
	}
	return u.Kind + " " + u.Name + of + " in " + u.API + " " + at
}

// A MissingMark is an element that resources of a type had in all known versions
// of the server, and that no resource of the input has.
type MissingMark struct {
	API       string `json:"api"`
	Resource  string `json:"resource"`
	Mark      string `json:"mark"`
	Expr      string `json:"expr"`
	Resources int64  `json:"resources"` // expected to have it
}

// TuvaProfile is the Profile of tables for the Tuva Project's connector.
const TuvaProfile = "tuva"

// New returns the unmapped elements that the server is not known to send.
func (m *Manifest) New() []Unmapped {
	var list []Unmapped
	for _, u := range m.Unmapped {
		if u.New {
			list = append(list, u)
		}
	}
	return list
}

// Sorted reports whether the rows of tables are sorted.
func (m *Manifest) Sorted() bool {
	return slices.ContainsFunc(m.Tables, func(t Table) bool { return len(t.SortedBy) > 0 })
}

// TotalRows is the number of rows in all tables.
func (m *Manifest) TotalRows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// List returns the files of the data set except the manifest, each once, sorted by
// name.
func (m *Manifest) List() []File {
	files := slices.Clone(m.Files)
	for _, t := range m.Tables {
		files = append(files, t.Files...)
	}
	if m.Rejects != nil {
		files = append(files, *m.Rejects)
	}
	slices.SortStableFunc(files, func(a, b File) int { return compareNames(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b File) bool { return a.Name == b.Name })
}

// tablesSum returns TablesSHA256.
func (m *Manifest) tablesSum() string {
	sum := sha256.New()
	for _, t := range m.Tables {
		fmt.Fprintf(sum, "%s\n", t.Name)
		for _, f := range t.Files {
			fmt.Fprintf(sum, "%s %s %s\n", f.Name, f.Member, f.SHA256)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func compareNames(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (m *Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// decodeManifest parses a manifest whose schema version is not newer than this
// package.
func decodeManifest(text []byte) (*Manifest, error) {
	m := &Manifest{}
	// In a newer version, fields may have other types.
	version := struct {
		SchemaVersion int `json:"schema_version"`
	}{}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, notManifest(err)
	}
	if version.SchemaVersion > SchemaVersion {
		return nil, &Error{
			Msg:  fmt.Sprintf("it has schema version %d, and this cclf reads versions up to %d", version.SchemaVersion, SchemaVersion),
			hint: "use a newer cclf",
		}
	}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, notManifest(err)
	}
	return m, nil
}

// notManifest is the error of a text that is not a manifest.
func notManifest(err error) error {
	return &Error{
		Msg:  fmt.Sprintf("it is damaged, or cclf did not write it: %v", err),
		hint: "restore it from a copy, or convert the export to another folder",
		err:  err,
	}
}

// check reports why a data set cannot be read by its manifest.
func (m *Manifest) check(l *Layout) error {
	if m.SchemaVersion < 1 {
		return &Error{
			Msg:  "it has no schema version: an older cclf or somebody else wrote it",
			hint: "convert the export again with --overwrite; a folder of CCLF tables that cclf did not write is opened with --no-manifest",
		}
	}
	spec := specOf(m.Format)
	if spec == nil {
		return &Error{Msg: fmt.Sprintf("unknown format %q", m.Format), hint: "use a newer cclf, or convert the export again with --overwrite"}
	}
	for _, f := range m.List() {
		if !l.validName(f.Name) {
			return &Error{Msg: fmt.Sprintf("a file name %q, which is not that of a file in a data set", f.Name), hint: damagedHint}
		}
	}
	for _, t := range m.Tables {
		for _, f := range t.Files {
			if !spec.mayHold(t.Name, &f, l.Database) {
				return &Error{Msg: fmt.Sprintf("%s is not a file of table %s in format %s", f.Name, t.Name, m.Format), hint: damagedHint}
			}
		}
	}
	return nil
}

const damagedHint = "convert the export again with --overwrite, or restore the data set from a copy"

// An Error describes what is wrong with a data set, and what to do about it.
type Error struct {
	Msg  string
	hint string
	err  error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.err }

// Hint is advice for the user, or empty.
func (e *Error) Hint() string { return e.hint }

// ErrNoManifest is wrapped by the error of a folder without a manifest.
var ErrNoManifest = errors.New("there is no manifest")

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Add adds the counts of d.
func (c *Counts) Add(d Counts) {
	c.Lines += d.Lines
	c.Resources += d.Resources
	c.DuplicateKeys += d.DuplicateKeys
	c.PriorAuthorizations += d.PriorAuthorizations
	c.Skipped += d.Skipped
	c.Cancelled += d.Cancelled
	c.EnteredInError += d.EnteredInError
	c.Draft += d.Draft
	c.OtherStatus += d.OtherStatus
	c.PartiallyAdjudicated += d.PartiallyAdjudicated
	c.Replaced += d.Replaced
	c.Repeated += d.Repeated
	c.Deletions += d.Deletions
	c.Leavers += d.Leavers
	c.Deleted += d.Deleted
	c.Superseded += d.Superseded
	c.PriorCircles += d.PriorCircles
	c.Orphans += d.Orphans
	c.MBIFromClaim += d.MBIFromClaim
	c.NoMBI += d.NoMBI
	c.WithoutLines += d.WithoutLines
	c.BrokenLinks += d.BrokenLinks
	c.TrimmedMBIs += d.TrimmedMBIs
	c.MonthsTold += d.MonthsTold
	c.MonthsInferred += d.MonthsInferred
	c.Rejected += d.Rejected
	c.BrokenOff += d.BrokenOff
	c.Misfits += d.Misfits
}
