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

	"github.com/cclf-tools/cclf/internal/bcda"
	encoders "github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// The benchmarks go by the rooms of the pipeline, each on what the room before
// it leaves: lines are walked, rows made of them, gathered, and written.

// benchAPIs are the generations that are measured.
var benchAPIs = []schema.API{schema.V2, schema.V3}

// benchExport is a synthetic export of each generation, of some 100 MB.
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

// forBenchAPIs runs a benchmark over the chunks of each generation.
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

func benchPlans(b *testing.B) *plans {
	p := newPlans(nil, PlainCCLF.tables(), defaultLimits())
	if err := p.check(); err != nil {
		b.Fatal(err)
	}
	return p
}

// BenchmarkCheck finds the lines and checks that they are JSON, and no more.
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

// BenchmarkWalk finds in each line all that the tables want.
func BenchmarkWalk(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
		w := newWorker(benchPlans(b), &Options{}, nil, nil)
		w.out, w.family = &result{}, bcda.AllAPIs
		for b.Loop() {
			for i := range chunks {
				w.guess = w.plans.of(api, eobType)
				for _, line := range chunks[i].Lines {
					if _, err := w.walk(line); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}

// benchChunk is the result of a chunk, which is not large enough for parts.
func benchChunk(b *testing.B, w *worker, seq int, c ndjson.Chunk, api schema.API) *result {
	b.Helper()
	res, err := w.chunk(job{seq: int64(seq), chunk: c, api: api, family: bcda.AllAPIs}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return res
}

// BenchmarkRows walks the lines and makes rows of them.
func BenchmarkRows(b *testing.B) {
	forBenchAPIs(b, func(b *testing.B, api schema.API, chunks []ndjson.Chunk) {
		pools := table.NewPagePools(tablesOf(outputs))
		w := newWorker(benchPlans(b), &Options{Versions: FinalVersions}, benchSources(), pools)
		for b.Loop() {
			for i, c := range chunks {
				for _, p := range benchChunk(b, w, i, c, api).pages {
					pools.Put(p.output, p.page)
				}
			}
		}
	})
}

func benchSources() *sources {
	return &sources{list: []ndjson.Input{{Name: "export.ndjson"}}}
}

// benchPages are the pages that all chunks give, by output.
func benchPages(b *testing.B, api schema.API, chunks []ndjson.Chunk) [][]*table.Page {
	w := newWorker(benchPlans(b), &Options{Versions: FinalVersions}, benchSources(), table.NewPagePools(tablesOf(outputs)))
	all := make([][]*table.Page, len(outputs))
	for i, c := range chunks {
		for _, p := range benchChunk(b, w, i, c, api).pages {
			all[p.output] = append(all[p.output], p.page)
		}
	}
	return all
}

// spillPages spills the pages of an output.
func spillPages(b *testing.B, at int, pages []*table.Page) *spill {
	s := newSpill(outputs[at], table.SpillOptions{Dir: b.TempDir()})
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
						batches = append(batches, batch{table.Schema(outputs[at].table), cols})
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
