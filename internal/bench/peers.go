package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	_ "github.com/duckdb/duckdb-go/v2" // the driver
)

// claimFiles returns the files of an export with ExplanationOfBenefit resources.
// The peers do not read the others.
func claimFiles(dir string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil {
		return nil, err
	}
	var files []string
	for _, name := range all {
		line, err := firstLine(name)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(line, []byte(`"resourceType":"ExplanationOfBenefit"`)) {
			files = append(files, name)
		}
	}
	if files == nil {
		return nil, fmt.Errorf("no ExplanationOfBenefit in %s", dir)
	}
	return files, nil
}

func firstLine(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bufio.NewReaderSize(f, 1<<20).ReadSlice('\n')
}

// runDuckDB writes the claim lines with DuckDB.
func runDuckDB(ctx context.Context, api, dir, out string, threads int) error {
	files, err := claimFiles(dir)
	if err != nil {
		return err
	}
	line := claimLines[api]
	db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d&autoinstall_known_extensions=false&autoload_known_extensions=false", threads))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, line.sql(files, out))
	return err
}

// The members of a resource that the claim lines need, for encoding/json.
type (
	codings struct {
		Coding []struct {
			System string `json:"system"`
			Code   string `json:"code"`
		} `json:"coding"`
	}
	identified struct {
		Type  codings `json:"type"`
		Value string  `json:"value"`
	}
	money struct {
		Value json.Number `json:"value"`
	}
	period struct {
		Start string `json:"start"`
		End   string `json:"end"`
	}
	extension struct {
		URL         string `json:"url"`
		ValueCoding struct {
			Code string `json:"code"`
		} `json:"valueCoding"`
		ValueQuantity money `json:"valueQuantity"`
	}
	adjudication struct {
		Category codings `json:"category"`
		Amount   money   `json:"amount"`
	}
	benefit struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Meta   struct {
			LastUpdated string `json:"lastUpdated"`
		} `json:"meta"`
		Patient struct {
			Reference string `json:"reference"`
		} `json:"patient"`
		BillablePeriod period       `json:"billablePeriod"`
		Identifier     []identified `json:"identifier"`
		Type           codings      `json:"type"`
		Payment        struct {
			Amount money `json:"amount"`
		} `json:"payment"`
		CareTeam []struct {
			Sequence int `json:"sequence"`
			Provider struct {
				Identifier identified `json:"identifier"`
			} `json:"provider"`
		} `json:"careTeam"`
		Diagnosis []struct {
			Concept codings `json:"diagnosisCodeableConcept"`
		} `json:"diagnosis"`
		SupportingInfo []struct {
			Category   codings `json:"category"`
			Code       codings `json:"code"`
			TimingDate string  `json:"timingDate"`
		} `json:"supportingInfo"`
		Extension []extension    `json:"extension"`
		Total     []adjudication `json:"total"`
		Item      []struct {
			Sequence          int64          `json:"sequence"`
			ServicedDate      string         `json:"servicedDate"`
			ServicedPeriod    period         `json:"servicedPeriod"`
			ProductOrService  codings        `json:"productOrService"`
			Modifier          []codings      `json:"modifier"`
			Revenue           codings        `json:"revenue"`
			Quantity          money          `json:"quantity"`
			CareTeamSequence  []int          `json:"careTeamSequence"`
			DiagnosisSequence []int          `json:"diagnosisSequence"`
			Location          codings        `json:"locationCodeableConcept"`
			Extension         []extension    `json:"extension"`
			Adjudication      []adjudication `json:"adjudication"`
		} `json:"item"`
	}
)

func (c *codings) nth(n int) string {
	if n < len(c.Coding) {
		return c.Coding[n].Code
	}
	return ""
}

// runJSON writes the claim lines as a program not written for speed would: with
// a scanner, encoding/json, Arrow builders, and the Parquet writer that cclf uses.
func runJSON(api, dir, out string) (err error) {
	files, err := claimFiles(dir)
	if err != nil {
		return err
	}
	line := claimLines[api]
	b := array.NewRecordBuilder(memory.DefaultAllocator, line.arrowSchema())
	defer b.Release()
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := pqarrow.NewFileWriter(b.Schema(), f,
		parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithStoreDecimalAsInteger(true)),
		pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	rows := 0
	flush := func() error {
		rec := b.NewRecordBatch()
		defer rec.Release()
		rows = 0
		return w.WriteBuffered(rec)
	}
	for _, name := range files {
		in, err := os.Open(name)
		if err != nil {
			return err
		}
		scanner := bufio.NewScanner(in)
		scanner.Buffer(make([]byte, 1<<20), 64<<20)
		for scanner.Scan() {
			var eob benefit
			if err := json.Unmarshal(scanner.Bytes(), &eob); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			line.append(b, &eob)
			if rows += len(eob.Item); rows >= 8<<10 {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		if err := scanner.Err(); err != nil {
			return err
		}
		in.Close()
	}
	if err := flush(); err != nil {
		return err
	}
	return w.Close()
}

func (c *claimLine) arrowSchema() *arrow.Schema {
	var fields []arrow.Field
	for _, column := range c.columns() {
		name, typ, _ := strings.Cut(column, " ")
		f := arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
		switch typ {
		case "DATE":
			f.Type = arrow.FixedWidthTypes.Date32
		case "BIGINT":
			f.Type = arrow.PrimitiveTypes.Int64
		case "DECIMAL(15,2)":
			f.Type = &arrow.Decimal128Type{Precision: 15, Scale: 2}
		case "DECIMAL(18,3)":
			f.Type = &arrow.Decimal128Type{Precision: 18, Scale: 3}
		}
		fields = append(fields, f)
	}
	return arrow.NewSchema(fields, nil)
}

// append appends the lines of a claim.
func (c *claimLine) append(b *array.RecordBuilder, eob *benefit) {
	for i := range eob.Item {
		item := &eob.Item[i]
		column := 0
		put := func(value string) {
			field := b.Field(column)
			column++
			if value == "" {
				field.AppendNull()
				return
			}
			switch field := field.(type) {
			case *array.Decimal128Builder:
				t := field.Type().(*arrow.Decimal128Type)
				n, err := decimal128.FromString(value, t.Precision, t.Scale)
				if err != nil {
					field.AppendNull()
					return
				}
				field.Append(n)
			default:
				if err := field.AppendValueFromString(value); err != nil {
					field.AppendNull()
				}
			}
		}
		c.claim(eob, put)
		put(fmt.Sprint(item.Sequence))
		put(first(item.ServicedPeriod.Start, item.ServicedDate))
		put(first(item.ServicedPeriod.End, item.ServicedDate))
		put(item.ProductOrService.nth(0))
		for k := range 4 {
			modifier := ""
			if k < len(item.Modifier) {
				modifier = item.Modifier[k].nth(0)
			}
			put(modifier)
		}
		put(item.Revenue.nth(0))
		put(item.Location.nth(0))
		put(item.Quantity.Value.String())
		rendering, diagnosis := "", ""
		if len(item.CareTeamSequence) > 0 {
			for _, t := range eob.CareTeam {
				if t.Sequence == item.CareTeamSequence[0] {
					rendering = t.Provider.Identifier.Value
				}
			}
		}
		if len(item.DiagnosisSequence) > 0 && item.DiagnosisSequence[0] <= len(eob.Diagnosis) {
			diagnosis = eob.Diagnosis[item.DiagnosisSequence[0]-1].Concept.nth(0)
		}
		put(rendering)
		put(diagnosis)
		for _, url := range c.lineCodes {
			put(find(item.Extension, url).ValueCoding.Code)
		}
		for _, url := range c.lineNumbers {
			put(find(item.Extension, url).ValueQuantity.Value.String())
		}
		for _, code := range c.adjudications {
			put(amount(item.Adjudication, code))
		}
	}
}

// claim puts the values that all lines of a claim share.
func (c *claimLine) claim(eob *benefit, put func(string)) {
	claimType, control := "", ""
	for _, coding := range eob.Type.Coding {
		if coding.System == c.typeSystem {
			claimType = coding.Code
		}
	}
	for _, id := range eob.Identifier {
		if id.Type.nth(0) == "uc" && control == "" {
			control = id.Value
		}
	}
	for _, v := range []string{
		eob.ID, eob.Status, eob.Meta.LastUpdated, strings.TrimPrefix(eob.Patient.Reference, "Patient/"),
		eob.BillablePeriod.Start, eob.BillablePeriod.End, claimType, control, eob.Payment.Amount.Value.String(),
	} {
		put(v)
	}
	for i := range diagnosisColumns {
		code := ""
		if i < len(eob.Diagnosis) {
			code = eob.Diagnosis[i].Concept.nth(0)
		}
		put(code)
	}
	for _, want := range c.dates {
		date := ""
		for _, s := range eob.SupportingInfo {
			if s.Category.nth(0) == want || s.Category.nth(1) == want {
				date = s.TimingDate
			}
		}
		put(date)
	}
	for _, want := range c.codes {
		code := ""
		for _, s := range eob.SupportingInfo {
			if s.Category.nth(0) == want {
				code = s.Code.nth(0)
			}
		}
		put(code)
	}
	for _, url := range c.extensions {
		put(find(eob.Extension, url).ValueCoding.Code)
	}
	for _, code := range c.totals {
		put(amount(eob.Total, code))
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func find(list []extension, url string) extension {
	for _, e := range list {
		if e.URL == url {
			return e
		}
	}
	return extension{}
}

func amount(list []adjudication, code string) string {
	for _, a := range list {
		if a.Category.nth(1) == code {
			return a.Amount.Value.String()
		}
	}
	return ""
}
