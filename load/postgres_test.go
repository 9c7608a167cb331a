package load_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/load"
)

// postgres is the server of the tests, or empty without PostgreSQL.
var postgres string

func TestMain(m *testing.M) {
	url, stop, err := startPostgres()
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting PostgreSQL:", err)
		os.Exit(1)
	}
	postgres = url
	code := m.Run()
	stop()
	os.Exit(code)
}

// findPostgres returns the folder of PostgreSQL's programs, or an empty string.
func findPostgres() string {
	if name, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(name)
	}
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(folders) == 0 {
		return ""
	}
	return folders[len(folders)-1]
}

// startPostgres starts a server on a socket in a temporary folder. It refuses to run
// as root, so root starts it as another user.
func startPostgres() (url string, stop func(), err error) {
	bin := findPostgres()
	if bin == "" || runtime.GOOS == "windows" {
		return "", func() {}, nil
	}
	dir, err := os.MkdirTemp("/tmp", "pg") // the path of a socket is short
	if err != nil {
		return "", nil, err
	}
	stop = func() { _ = os.RemoveAll(dir) }
	var as *syscall.SysProcAttr
	if os.Getuid() == 0 {
		const nobody = 65534
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return "", stop, err
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "cclf", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", stop, fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-h", "", "-F")
	server.SysProcAttr, server.Dir = as, dir
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		return "", stop, err
	}
	remove := stop
	stop = func() {
		_ = server.Process.Signal(syscall.SIGQUIT)
		_ = server.Wait()
		remove()
	}
	url = "postgres:///postgres?user=cclf&host=" + dir
	for range 200 {
		conn, err := pgx.Connect(context.Background(), url)
		if err == nil {
			return url, stop, conn.Close(context.Background())
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", stop, fmt.Errorf("no answer: %s", &log)
}

// database creates a database for a test.
func database(t *testing.T) (string, *pgx.Conn) {
	t.Helper()
	if postgres == "" {
		t.Skip("PostgreSQL is not installed")
	}
	name := strings.ToLower(strings.NewReplacer("/", "_", "-", "_").Replace(t.Name()))
	connect := func(url string) *pgx.Conn {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
		return conn
	}
	if _, err := connect(postgres).Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(postgres, "///postgres", "///"+name, 1)
	return url, connect(url)
}

// export is a synthetic export of v2, which has all kinds of tables. Edge cases take a
// tenth of the bytes of other claims.
var export = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		return "", err
	}
	_, err = synth.Write(context.Background(), synth.Options{Dir: dir, API: "v2", Beneficiaries: 10, Seed: 2, Traps: true})
	return dir, err
})

// dataSet converts the export.
func dataSet(t *testing.T, opts convert.Options) *dataset.Set {
	t.Helper()
	in, err := export()
	if err != nil {
		t.Fatal(err)
	}
	opts.Inputs, opts.Out = []string{in}, filepath.Join(t.TempDir(), "out")
	if _, err := convert.Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	return open(t, opts.Out)
}

func open(t *testing.T, dir string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestPostgres loads a data set in each format, and compares each cell with the CSV
// files of the same export.
func TestPostgres(t *testing.T) {
	want := dataSet(t, convert.Options{Format: convert.CSV})
	for _, format := range []convert.Format{convert.Parquet, convert.Arrow, convert.CSV} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			url, conn := database(t)
			set := dataSet(t, convert.Options{Format: format})
			tables, err := load.Postgres(t.Context(), set, url, load.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, table := range want.Manifest.Tables {
				if strings.HasPrefix(table.Name, "cclf") && table.Rows == 0 {
					t.Errorf("the export has no row of %s", table.Name)
				}
				got := tables[i]
				if got.Name != strings.ReplaceAll(table.Name, "/", ".") || got.Rows != table.Rows || got.Inserted != table.Rows || !got.Created || got.NoKey {
					t.Errorf("table %s with %d rows: %+v", table.Name, table.Rows, got)
				}
				for _, f := range want.Files(table) {
					compareTable(t, conn, got.Name, f.Path)
				}
			}
		})
	}
}

// compareTable compares the rows of a table with those of a CSV file, in any order.
func compareTable(t *testing.T, conn *pgx.Conn, table, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := conn.PgConn().CopyTo(t.Context(), &b, "COPY "+table+" TO STDOUT WITH (FORMAT csv, HEADER true)"); err != nil {
		t.Fatal(err)
	}
	header, rows, _ := strings.Cut(b.String(), "\n")
	wantHeader, wantRows, _ := strings.Cut(string(text), "\n")
	if header != strings.ToLower(wantHeader) {
		t.Errorf("%s has columns %s", table, header)
	}
	if diff := cmp.Diff(sorted(wantRows), sorted(rows)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", table, diff)
	}
}

func sorted(rows string) []string {
	return slices.Sorted(strings.Lines(strings.ReplaceAll(rows, `"`, "")))
}

// TestPostgresSchema loads into a schema, and checks comments and keys.
func TestPostgresSchema(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	url, conn := database(t)
	if _, err := load.Postgres(t.Context(), dataSet(t, convert.Options{}), url, load.Options{Schema: "aco"}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		`SELECT obj_description('aco.cclf5'::regclass) LIKE 'Part B%'`:                                                           "true",
		`SELECT col_description('aco.cclf9'::regclass, 2)`:                                                                       "Current identifier",
		`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'aco.cclf5'::regclass AND contype = 'p'`:           "PRIMARY KEY (cur_clm_uniq_id, clm_line_num)",
		`SELECT count(*)::TEXT FROM pg_class WHERE relnamespace = 'aco_partially_adjudicated'::regnamespace AND relname='cclf5'`: "1",
	} {
		var got any
		if err := conn.QueryRow(t.Context(), query).Scan(&got); err != nil {
			t.Errorf("%s: %v", query, err)
		} else if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
}

// TestPostgresMerge changes a loaded table in all ways, and loads again: what
// differs is repaired, and nothing else is written.
func TestPostgresMerge(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	url, conn := database(t)
	set := dataSet(t, convert.Options{Format: convert.CSV})
	again := func() load.Table {
		t.Helper()
		tables, err := load.Postgres(t.Context(), set, url, load.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return tables[slices.IndexFunc(tables, func(t load.Table) bool { return t.Name == "cclf9" })]
	}
	again()
	if same := again(); same.Inserted != 0 || same.Deleted != 0 || same.Created {
		t.Errorf("the same data: %+v", same)
	}
	for _, sql := range []string{
		"ALTER TABLE cclf9 DROP CONSTRAINT IF EXISTS cclf9_crnt_num_prvs_num_key, ADD COLUMN loaded_at TIMESTAMPTZ DEFAULT now()",
		"INSERT INTO cclf9 SELECT * FROM cclf9 LIMIT 1",                             // a duplicate
		"INSERT INTO cclf9 (crnt_num) VALUES ('gone'), (NULL)",                      // unknown rows
		"UPDATE cclf9 SET prvs_num = '' WHERE ctid = (SELECT min(ctid) FROM cclf9)", // neither null nor a value
		"ALTER TABLE cclf9 DROP COLUMN hicn_mbi_xref_ind",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	got := again()
	if want := []string{"HICN_MBI_XREF_IND"}; !slices.Equal(got.Added, want) || got.Inserted != got.Rows || got.Deleted != got.Rows+3 {
		t.Errorf("%+v, want the column %s added and each row replaced", got, want)
	}
	var extra int
	if err := conn.QueryRow(t.Context(), "SELECT count(loaded_at) FROM cclf9").Scan(&extra); err != nil || int64(extra) != got.Rows {
		t.Errorf("%d rows with the column of the user, want %d (%v)", extra, got.Rows, err)
	}
	if _, err := conn.Exec(t.Context(), "ALTER TABLE cclf9 DROP COLUMN loaded_at"); err != nil {
		t.Fatal(err)
	}
	if same := again(); same.Inserted != 0 || same.Deleted != 0 {
		t.Errorf("the same data: %+v", same)
	}
	i := slices.IndexFunc(set.Manifest.Tables, func(t dataset.Table) bool { return t.Name == "cclf9" })
	reordered := "(SELECT hicn_mbi_xref_ind, crnt_num, prvs_num, prvs_id_efctv_dt, prvs_id_obslt_dt, bene_rrb_num FROM cclf9)"
	compareTable(t, conn, reordered, set.Files(set.Manifest.Tables[i])[0].Path)
}

// TestPostgresNoKey loads all versions of claims, which violate the keys.
func TestPostgresNoKey(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	url, conn := database(t)
	if _, err := conn.Exec(t.Context(), "CREATE TABLE cclf8 (bene_mbi_id TEXT)"); err != nil {
		t.Fatal(err)
	}
	set := dataSet(t, convert.Options{Format: convert.CSV})
	i := slices.IndexFunc(set.Manifest.Tables, func(t dataset.Table) bool { return t.Name == "cclf9" })
	table := &set.Manifest.Tables[i]
	file := set.Files(*table)[0].Path
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfterN(string(text), "\n", 3)
	if err := os.WriteFile(file, append(text, lines[1]...), 0o600); err != nil {
		t.Fatal(err)
	}
	table.Files[0].Rows++
	tables, err := load.Postgres(t.Context(), set, url, load.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !tables[i].NoKey {
		t.Error("a table with a duplicate has a key")
	}
	var indexed bool
	if err := conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_index WHERE indrelid = 'cclf9'::regclass)").Scan(&indexed); err != nil || !indexed {
		t.Errorf("indexed: %v, %v", indexed, err)
	}
}

// TestPostgresFails loads data sets that cannot be loaded. The database stays as it
// was, and the error has no value.
func TestPostgresFails(t *testing.T) {
	t.Parallel()
	url, conn := database(t)
	for _, sql := range []string{
		"CREATE TABLE cclf1 (cur_clm_uniq_id TEXT CHECK (cur_clm_uniq_id = 'none'))",
		"CREATE TABLE cclf2 (cur_clm_uniq_id DATE)",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	set := dataSet(t, convert.Options{})
	for _, tt := range []struct {
		name, want string
		before     string
		set        *dataset.Set
	}{
		{"a constraint", "table cclf1: cclf1/", "", set},
		{"a constraint", "the rows violate a constraint, constraint cclf1_cur_clm_uniq_id_check (SQLSTATE 23514)", "", set},
		{"a type", "a value does not fit its column, column cur_clm_uniq_id (SQLSTATE 220", "DROP TABLE cclf1", set},
		{"a format", "the data set is in format fixed", "", dataSet(t, convert.Options{Format: convert.Fixed, MaxRejects: -1})},
	} {
		if _, err := conn.Exec(t.Context(), tt.before); err != nil {
			t.Fatal(err)
		}
		_, err := load.Postgres(t.Context(), tt.set, url, load.Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %q, want %q", tt.name, err, tt.want)
		}
		var tables int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('cclf1', 'cclf2')").Scan(&tables); err != nil || tables > 0 {
			t.Errorf("%s: %d tables are there, %v", tt.name, tables, err)
		}
	}
}

// TestConnect checks the errors of servers that cannot be used.
func TestConnect(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	set := dataSet(t, convert.Options{})
	for _, tt := range []struct {
		url  string
		want error
	}{
		{"postgres://user:secret@127.0.0.1:1/db?connect_timeout=5", load.ErrConnect},
		{"postgres://user:secret@host:port/db", load.ErrURL},
	} {
		_, err := load.Postgres(t.Context(), set, tt.url, load.Options{})
		if !errors.Is(err, tt.want) || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%v, want %v without the password", err, tt.want)
		}
	}
}
