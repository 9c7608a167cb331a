package load

import (
	"context"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// merge makes a table that has rows equal to the files, and changes nothing but
// what differs. Rows are compared as a whole, by the hash of their text: keys can
// be missing or occur several times.
func (l *loader) merge(ctx context.Context) (inserted, deleted int64, err error) {
	columns := identifiers(l.target.labels())
	names := strings.NewReplacer("{table}", l.target.name(), "{columns}", columns, "{hash}",
		"sha256(convert_to(ROW("+columns+")::TEXT, 'UTF8'))")
	run := func(sql string) (int64, error) {
		tag, err := l.tx.Exec(ctx, names.Replace(sql))
		return tag.RowsAffected(), serverError(err)
	}
	if _, err = run(`CREATE TEMPORARY TABLE cclf_load ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA`); err != nil {
		return 0, 0, err
	}
	if _, err = l.copy(ctx, "cclf_load"); err != nil {
		return 0, 0, err
	}
	deleted, err = run(`
		DELETE FROM {table} AS t USING (
			SELECT present.at
			FROM (
				SELECT at, hash, row_number() OVER (PARTITION BY hash) AS nth
				FROM (SELECT ctid AS at, {hash} AS hash FROM {table}) AS hashed) AS present
			LEFT JOIN (SELECT {hash} AS hash, count(*) AS n FROM cclf_load GROUP BY 1) AS wanted USING (hash)
			WHERE present.nth > coalesce(wanted.n, 0)) AS gone
		WHERE t.ctid = gone.at`)
	if err != nil {
		return 0, 0, err
	}
	inserted, err = run(`
		INSERT INTO {table} ({columns})
		SELECT {columns}
		FROM (
			SELECT *, row_number() OVER (PARTITION BY cclf_hash) AS cclf_nth
			FROM (SELECT *, {hash} AS cclf_hash FROM cclf_load) AS hashed) AS wanted
		LEFT JOIN (SELECT {hash} AS cclf_present, count(*) AS cclf_n FROM {table} GROUP BY 1) AS present
			ON cclf_present = cclf_hash
		WHERE cclf_nth > coalesce(cclf_n, 0)`)
	if err != nil {
		return 0, 0, err
	}
	_, err = run(`DROP TABLE cclf_load`)
	return inserted, deleted, err
}

// identifiers lists names of columns in SQL.
func identifiers(labels []string) string {
	quoted := make([]string, len(labels))
	for i, label := range labels {
		quoted[i] = schema.Postgres.Identifier(label)
	}
	return strings.Join(quoted, ", ")
}

// stored is a name as PostgreSQL stores it: in lower case, unless it is quoted.
func stored(label string) string {
	if schema.Postgres.Identifier(label) == label {
		return strings.ToLower(label)
	}
	return label
}
