package convert

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/bcda"
	encoders "github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// There is a benchmark for each stage of the pipeline, whose input is the output of
// the stage before it.

// benchAPIs are the API versions that are measured.
var benchAPIs = []schema.API{schema.V2, schema.V3}

// benchExport is a synthetic export of each API version, of about 100 MB.
var benchExport = [len(schema.APIs)]func() ([]ndjson.Chunk, error){
	schema.V2: sync.OnceValues(func() ([]ndjson.Chunk, error) { return readExport(schema.V2) }),
	schema.V3: sync.OnceValues(func() ([]ndjson.Chunk, error) { return readExport(schema.V3) }),
}

func readExport(api schema.API) ([]ndjson.Chunk, error) {
	dir, err := os.MkdirTemp("", "cclf-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := synth.Write(context.Background(), synth.Options{Dir: filepath.Join(dir, "export"), API: api.String(), Beneficiaries: 180}); err != nil {
		return nil, err
	}
	opener := ndjson.Opener{}
	inputs, _, err := opener.Find(context.Background(), []string{filepath.Join(dir, "export")})
	if err != nil {
		return nil, err
	}
	var chunks []ndjson.Chunk
	for _, in := range inputs {
		r, err := opener.Open(context.Background(), in)
		if err != nil {
			return nil, err
		}
		err = ndjson.Chunks(context.Background(), 0, r, bundle, func(n int) []byte { return make([]byte, 0, n) },
			func(c ndjson.Chunk) error { chunks = append(chunks, c); return nil })
		if err != nil {
			return nil, err
		}
		r.Close()
	}
	return chunks, nil
}

// forBenchAPIs runs a benchmark over the chunks of each API version.
func forBenchAPIs(b *testing.B, run func(b *testing.B, api schema.API, chunks []ndjson.Chunk)) {
	for _, api := range benchAPIs {
		b.Run(api.String(), func(b *testing.B) {
			chunks, err := benchExport[api]()
			if err != nil {
				b.Fatal(err)
			}
			size := 0
			for i := range chunks {
				size += len(chunks[i].Data)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			run(b, api, chunks)
		})
	}
}

// benchRun returns a run whose plans are compiled.
func benchRun(b *testing.B) *run {
	opts := Options{}
	limits, err := opts.resolve()
	if err != nil {
		b.Fatal(err)
	}
	r := newRun(&opts, limits, &inputs{sources: &sources{list: []ndjson.Input{{Name: "export.ndjson"}}}})
	if err := r.plans.Check(); err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkCheck finds the lines and only checks that they are JSON.
func BenchmarkCheck(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, _ schema.API, chunks []ndjson.Chunk) {
		for b.Loop() {
			for i := range chunks {
				for _, line := range chunks[i].Lines {
					if err := ndjson.Valid(line); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}

// BenchmarkWalk finds in each line the values for all tables.
func BenchmarkWalk(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
		reader := crosswalk.NewReader(benchRun(b).plans)
		for b.Loop() {
			for i := range chunks {
				reader.Begin(api, bcda.AllAPIs)
				for _, line := range chunks[i].Lines {
					if _, _, err := reader.Read(line); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}

// benchChunk returns the result of a chunk, which is too small for parts.
func benchChunk(b *testing.B, w *worker, seq int, c ndjson.Chunk, api schema.API) *result {
	b.Helper()
	res, err := w.chunk(job{seq: int64(seq), chunk: c, api: api, compatible: bcda.AllAPIs}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return res
}

// BenchmarkRows walks the lines and makes rows of them.
func BenchmarkRows(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
		r := benchRun(b)
		w := newWorker(r)
		for b.Loop() {
			for i, c := range chunks {
				for _, p := range benchChunk(b, w, i, c, api).pages {
					r.pages.Put(p.output, p.page)
				}
			}
		}
	})
}

// benchPages returns the pages of all chunks, by output.
func benchPages(b *testing.B, api schema.API, chunks []ndjson.Chunk) [][]*table.Page {
	w := newWorker(benchRun(b))
	all := make([][]*table.Page, len(outputs()))
	for i, c := range chunks {
		for _, p := range benchChunk(b, w, i, c, api).pages {
			all[p.output] = append(all[p.output], p.page)
		}
	}
	return all
}

// spillPages spills the pages of an output.
func spillPages(b *testing.B, at int, pages []*table.Page) *spill {
	s := newSpill(outputs()[at], table.SpillOptions{Dir: b.TempDir()})
	for _, p := range pages {
		if err := s.Add(p, 0); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.End(); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkGather numbers the texts of rows, and spills the rows to disk.
func BenchmarkGather(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
		pages := benchPages(b, api, chunks)
		for b.Loop() {
			for at, list := range pages {
				if len(list) == 0 {
					continue
				}
				if err := spillPages(b, at, list).Remove(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkEncode encodes batches.
func BenchmarkEncode(b *testing.B) {
	for format, begin := range map[Format]encoders.New{Parquet: encoders.NewParquet, CSV: encoders.NewCSV, Arrow: encoders.NewArrow} {
		b.Run(string(format), func(b *testing.B) {
			forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
				type batch struct {
					schema *arrow.Schema
					cols   []arrow.Array
				}
				var batches []batch
				for at, list := range benchPages(b, api, chunks) {
					if len(list) == 0 {
						continue
					}
					for rec, err := range spillPages(b, at, list).Batches(memory.DefaultAllocator) {
						if err != nil {
							b.Fatal(err)
						}
						rec.Retain()
						cols, _, _ := table.Split(rec.Columns())
						batches = append(batches, batch{table.Schema(outputs()[at].table), cols})
					}
				}
				pool := &table.PoolAllocator{}
				for b.Loop() {
					for _, t := range batches {
						var out bytes.Buffer
						e, err := begin(&out, &encoders.File{Schema: t.schema, Memory: pool})
						if err == nil {
							err = e.Write(t.cols)
						}
						if err == nil {
							err = e.Close()
						}
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}
