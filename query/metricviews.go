//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/cclf-tools/cclf/schema"
)

// A baseView is a view of the SQL schema metrics.
type baseView struct {
	name    string
	comment string // what it is, as in the file
	short   string // a SELECT that names tables as main.x and other views as metrics.x, and calls macros
	sql     string // the same with macros expanded
	needs   []string
}

// baseMacros are the macros of base.sql.
var baseMacros = map[string]macro{
	// A code, or NULL if it is blank or ~ (not applicable).
	"code": {"s", "CASE WHEN trim(s) NOT IN ('', '~') THEN trim(s) END"},
	// A date, or NULL for the two dates that mean a missing one (IP 3.6).
	"real_day": {"d", "CASE WHEN d NOT IN (DATE '1000-01-01', DATE '9999-12-31') THEN d END"},
	// When a file was made, by its day and its name: the day, the time in the name, and of
	// two kinds that have one time, the order of cclf import.
	"sent": {"made", `date_diff('day', DATE '2000-01-01', try_cast(made[1] AS DATE)) * 100000000
  + coalesce(try_cast(rpad(regexp_extract(upper(made[2]), '[.]T([0-9]{6,7})([.]|$)', 1), 7, '0') AS BIGINT), 0) * 10
  + coalesce(strpos('YRW', regexp_extract(upper(made[2]), '[.]ZC.?([WYR])', 1)), 0)`},
	// The kind of hospital that a CCN shows by its last four characters.
	"facility_class": {"ccn", `CASE
  WHEN regexp_full_match(ccn, '..(000[1-9]|00[1-9][0-9]|0[1-7][0-9]{2}|08[0-7][0-9]|13[0-9]{2})') THEN 'short-term'
  WHEN regexp_full_match(ccn, '..2[0-2][0-9]{2}') THEN 'long-term' WHEN regexp_full_match(ccn, '..([RT]...|302[5-9]|30[3-9][0-9])') THEN 'rehabilitation'
  WHEN regexp_full_match(ccn, '..([MS]...|4[0-4][0-9]{2})') THEN 'psychiatric' ELSE 'other' END`},
}

// A baseVariant selects the variant of the views.
type baseVariant struct {
	DebitCredit bool
	Dated       bool // the tables have FILE_DATE
}

var baseTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("base").Parse(readSQL("sql/base")))
})

var (
	metricsRef = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bmetrics\.(\w+)`) })
	tableRef   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bmain\.(\w+)`) })
)

// parsedViews has the views of each baseVariant that was asked for: a report asks for
// them a hundred times.
var parsedViews sync.Map

// baseViews returns the views of a variant, each after those that it needs. They are
// shared and must not be changed.
func baseViews(v baseVariant) []baseView {
	views, ok := parsedViews.Load(v)
	if !ok {
		views, _ = parsedViews.LoadOrStore(v, parseViews(v))
	}
	return views.([]baseView)
}

func parseViews(v baseVariant) []baseView {
	var text strings.Builder
	if err := baseTemplate().Execute(&text, v); err != nil {
		panic("query: internal error: " + err.Error())
	}
	var views []baseView
	for _, entry := range strings.Split(strings.TrimSpace(text.String())+"\n", ";\n") {
		comment, body := cutComment(entry)
		if body == "" {
			continue
		}
		name, short, ok := strings.Cut(strings.TrimPrefix(body, "VIEW "), " AS\n")
		if !ok {
			panic("query: internal error: base.sql has an entry that is no view: " + body)
		}
		sql := expand(forTag().ReplaceAllString(short, ""), baseMacros)
		views = append(views, baseView{name: name, comment: comment, short: short, sql: sql, needs: viewsIn(sql)})
	}
	return views
}

// viewsIn returns the views that SQL names.
func viewsIn(sql string) []string {
	var found []string
	for _, ref := range metricsRef().FindAllStringSubmatch(sql, -1) {
		if !slices.Contains(found, ref[1]) {
			found = append(found, ref[1])
		}
	}
	return found
}

var forTag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m) -- for ([a-z_ ]+)$`) })

// prune returns the short SQL of a view without the lines for what a text does not
// name.
func (v *baseView) prune(text string) string {
	var out strings.Builder
	for line := range strings.Lines(v.short) {
		if m := forTag().FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			if !namesAny(text, strings.Fields(m[1])) {
				continue
			}
			line = forTag().ReplaceAllString(strings.TrimSuffix(line, "\n"), "") + "\n"
		}
		out.WriteString(line)
	}
	return strings.TrimSpace(out.String())
}

// namesAny reports whether a text has one of the names.
func namesAny(text string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return indexWord(text, name) >= 0 })
}

// indexWord returns the index of a word in a text, or -1. What follows the last
// character of the word does not matter if that is no letter, digit or underscore.
func indexWord(text, word string) int {
	open := !isWordByte(word[len(word)-1])
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		at := from + i
		end := at + len(word)
		if (at == 0 || !isWordByte(text[at-1])) && (open || end == len(text) || !isWordByte(text[end])) {
			return at
		}
		from = at + 1
	}
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// cutComment separates an entry from the comment before it.
func cutComment(entry string) (comment, body string) {
	entry = strings.TrimSpace(entry)
	for strings.HasPrefix(entry, "--") || strings.HasPrefix(entry, "\n") {
		line, rest, _ := strings.Cut(entry, "\n")
		switch text, ok := strings.CutPrefix(line, "-- "); {
		case ok:
			comment += text + " "
		default: // an empty line ends a comment that belongs to no entry
			comment = ""
		}
		entry = rest
	}
	return strings.TrimSpace(comment), strings.TrimSpace(entry)
}

// A macro has one parameter.
type macro struct{ param, body string }

// definition is what follows CREATE to create the macro.
func (m macro) definition(name string) string {
	return "MACRO " + name + "(" + m.param + ") AS " + m.body
}

// expand replaces the calls of macros.
func expand(sql string, macros map[string]macro) string {
	var out strings.Builder
	for {
		at, name := nextCall(sql, macros)
		if at < 0 {
			out.WriteString(sql)
			return out.String()
		}
		m := macros[name]
		arg, rest := argument(sql[at+len(name)+1:])
		out.WriteString(sql[:at])
		param := regexp.MustCompile(`\b` + m.param + `\b`)
		out.WriteString(param.ReplaceAllLiteralString(m.body, expand(arg, macros)))
		sql = rest
	}
}

// nextCall finds the next call of a macro, at -1 if there is none.
func nextCall(sql string, macros map[string]macro) (at int, name string) {
	at = -1
	for candidate := range macros {
		if i := indexWord(sql, candidate+"("); i >= 0 && (at < 0 || i < at) {
			at, name = i, candidate
		}
	}
	return at, name
}

// argument returns the argument of a call, and what follows the call.
func argument(sql string) (arg, rest string) {
	depth := 1
	for i := range len(sql) {
		switch sql[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return sql[:i], sql[i+1:]
			}
		}
	}
	panic("query: internal error: base.sql has a call without an end")
}

// optionalColumns are columns that a table may lack. Metrics take them as empty.
var optionalColumns = map[string]string{
	"cclf1": `FILE_NAME FILE_DATE PRVDR_OSCAR_NUM DGNS_PRCDR_ICD_IND PRNCPL_DGNS_CD CLM_ADMSN_TYPE_CD CLM_MDCR_IP_PPS_CPTL_IME_AMT CLM_OPRTNL_IME_AMT
		CLM_MDCR_IP_PPS_DSPRPRTNT_AMT CLM_OPRTNL_DSPRPRTNT_AMT CLM_HIPPS_UNCOMPD_CARE_AMT`,
	"cclf2": "FILE_NAME FILE_DATE CLM_LINE_NUM CLM_LINE_HCPCS_CD CLM_LINE_CVRD_PD_AMT CLM_LINE_INSTNL_REV_CTR_DT CLM_FROM_DT",
	"cclf5": `FILE_NAME FILE_DATE DGNS_PRCDR_ICD_IND CLM_FROM_DT CLM_LINE_FROM_DT CLM_LINE_DGNS_CD CLM_DGNS_1_CD CLM_RNDRG_PRVDR_TAX_NUM RNDRG_PRVDR_NPI_NUM
		CLM_RNDRG_PRVDR_NPI_NUM CLM_PRVDR_SPCLTY_CD CLM_POS_CD CLM_LINE_HCPCS_CD`,
	"cclf6":        "FILE_NAME FILE_DATE CLM_FROM_DT CLM_LINE_FROM_DT PAYTO_PRVDR_NPI_NUM CLM_BLG_PRVDR_NPI_NUM CLM_POS_CD CLM_LINE_HCPCS_CD",
	"cclf7":        "FILE_NAME FILE_DATE CLM_LINE_NDC_CD CLM_LINE_DAYS_SUPLY_QTY CLM_ADJSMT_TYPE_CD",
	"cclf8":        "FILE_NAME FILE_DATE BENE_FIPS_STATE_CD BENE_FIPS_CNTY_CD GEO_USPS_STATE_CD BENE_SEX_CD BENE_DOB BENE_DEATH_DT",
	"cclf9":        "FILE_NAME FILE_DATE",
	"enrollment":   "BENE_DUAL_STUS_CD INFERRED",
	"part_d_costs": "BRND_GNRC_CD",
	"claims":       "CLM_TYPE_CD",
}

// lackingColumns returns the declarations of the optional columns that a table of
// these columns lacks: NULL::DATE AS file_date.
func lackingColumns(table string, columns []string) []string {
	var lacking []string
	for name := range strings.FieldsSeq(optionalColumns[table]) {
		if slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, name) }) {
			continue
		}
		typ := "DATE"
		if field := lookupField(schema.Lookup(table), name); field != nil {
			typ = sqlType(field)
		} else if name == "INFERRED" {
			typ = "BOOLEAN"
		} else if name == schema.FileNameLabel {
			typ = "VARCHAR"
		}
		lacking = append(lacking, "NULL::"+typ+" AS "+strings.ToLower(name))
	}
	return lacking
}

// metricTables are the tables that metrics are computed from.
var metricTables = []string{"cclf1", "cclf2", "cclf5", "cclf6", "cclf7", "cclf8", "cclf9", "claims", "part_d_costs", "enrollment"}

// A metricBase is what is known of a data set when its views are made.
type metricBase struct {
	variant baseVariant
	lacking map[string][]string // by table, see lackingColumns
}

// inspectBase finds the columns and, unless it is given, the basis of the tables of
// a SQL schema.
func (db *DB) inspectBase(ctx context.Context, schemaName string, b Basis) (metricBase, error) {
	base := metricBase{lacking: map[string][]string{}}
	if err := db.createViewsFor(ctx, strings.Join(metricTables, " ")); err != nil {
		return base, err
	}
	for _, table := range metricTables {
		columns, err := db.columnsOf(ctx, schemaName+"."+table)
		if err != nil {
			return base, err
		}
		base.lacking[table] = lackingColumns(table, columns)
		base.variant.Dated = base.variant.Dated || slices.ContainsFunc(columns, isFileDate)
	}
	for table, lacking := range base.lacking {
		if !base.variant.Dated {
			base.lacking[table] = withoutFileDate(lacking)
		}
	}
	var err error
	base.variant.DebitCredit = b == DebitCredit
	if b == AutoBasis {
		base.variant.DebitCredit, err = db.hasCancellations(ctx, schemaName)
	}
	return base, err
}

// withoutFileDate removes the declarations of FILE_NAME and FILE_DATE.
func withoutFileDate(lacking []string) []string {
	return slices.DeleteFunc(lacking, func(c string) bool {
		return strings.HasSuffix(c, " file_name") || strings.HasSuffix(c, " file_date")
	})
}

func isFileDate(column string) bool { return strings.EqualFold(column, schema.FileDateLabel) }

// hasCancellations reports whether tables are of debits and credits. BCDA sends whole
// claims and never a debit for each credit, even where API version v3 sends adjustment
// type 1. So a data set that cclf convert wrote, which has a table of claims, is never
// debit/credit data.
func (db *DB) hasCancellations(ctx context.Context, schemaName string) (found bool, err error) {
	var exists []string
	for _, table := range []string{"cclf1", "cclf5", "cclf6"} {
		exists = append(exists, "EXISTS (FROM "+schemaName+"."+table+" WHERE trim(clm_adjsmt_type_cd) = '1')")
	}
	err = db.conn.QueryRowContext(ctx, "SELECT NOT EXISTS (FROM "+schemaName+".claims)").Scan(&found)
	if err == nil && found {
		err = db.conn.QueryRowContext(ctx, "SELECT "+strings.Join(exists, " OR ")).Scan(&found)
	}
	return found, err
}

// columnsOf returns the names of the columns of a table or view.
func (db *DB) columnsOf(ctx context.Context, name string) ([]string, error) {
	rows, err := db.conn.QueryContext(ctx, "SELECT * FROM "+name+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

// viewSQL returns the definition of a view, whose tables are in the SQL schema from,
// and the views that it needs in the SQL schema to.
func (base *metricBase) viewSQL(sql, from, to string) string {
	sql = tableRef().ReplaceAllStringFunc(sql, func(ref string) string {
		table := strings.TrimPrefix(ref, "main.")
		var lacking []string // of what the view names
		for _, column := range base.lacking[table] {
			if namesAny(sql, []string{column[strings.LastIndexByte(column, ' ')+1:]}) {
				lacking = append(lacking, column)
			}
		}
		if len(lacking) > 0 {
			return "(FROM " + from + "." + table + " UNION ALL BY NAME SELECT " + strings.Join(lacking, ", ") + " WHERE false)"
		}
		return from + "." + table
	})
	return metricsRef().ReplaceAllString(sql, to+".$1")
}

// createViews creates the SQL schema to, with the views of the tables in from.
func (db *DB) createViews(ctx context.Context, base *metricBase, from, to string) error {
	statements := []string{"CREATE SCHEMA " + to}
	for _, v := range baseViews(base.variant) {
		statements = append(statements, base.createView(&v, from, to)...)
	}
	err := db.exec(ctx, statements...)
	if err != nil { // the context may be canceled
		err = errors.Join(err, db.exec(context.WithoutCancel(ctx), "DROP SCHEMA IF EXISTS "+to+" CASCADE"))
	}
	return err
}

// createView returns the statements that create a view.
func (base *metricBase) createView(v *baseView, from, to string) []string {
	return append([]string{fmt.Sprintf("CREATE VIEW %s.%s AS\n%s", to, v.name, base.viewSQL(v.sql, from, to))}, v.commentOn(to)...)
}

// commentOn returns the statement that describes a view, if there is something to say.
func (v *baseView) commentOn(schemaName string) []string {
	if v.comment == "" {
		return nil
	}
	return []string{fmt.Sprintf("COMMENT ON VIEW %s.%s IS %s", schemaName, v.name, quote(v.comment))}
}

// basis returns the basis of the variant.
func (base *metricBase) basis() Basis {
	if base.variant.DebitCredit {
		return DebitCredit
	}
	return FinalAction
}
