package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// measure creates the exports, runs everything on them, and writes the report.
func measure(o *options) error {
	dir, err := os.MkdirTemp("", "cclf-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := &bench{options: o, dir: dir, self: self, cores: runtime.GOMAXPROCS(0), load: loadAverage()}
	for _, api := range []string{"v2", "v3"} {
		export, size, err := b.export(api, o.size)
		if err != nil {
			return err
		}
		if err := b.compare(api, export, size); err != nil {
			return err
		}
		facts, err := factsOf(api, size, b.lastSet())
		if err != nil {
			return err
		}
		b.exports = append(b.exports, facts)
		if err := b.profileStages(api, export); err != nil {
			return err
		}
		if api == "v2" {
			if err := b.writeResults(b.lastSet()); err != nil {
				return err
			}
			if err := b.compressed(export, size); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(export); err != nil {
			return err
		}
	}
	for _, size := range strings.Split(o.scale, ",") {
		if err := b.scaled(size); err != nil {
			return err
		}
	}
	if err := b.imports(); err != nil {
		return err
	}
	return b.report()
}

// compare runs cclf and the peers alternately.
func (b *bench) compare(api, export string, size int64) error {
	fmt.Fprintf(os.Stderr, "%s: cclf and its peers, %d rounds\n", api, b.rounds)
	for _, c := range []struct {
		name, task  string
		jobs, peers int
	}{
		{"DuckDB, all cores", "duckdb", b.cores, b.cores},
		{"DuckDB, one core", "duckdb", 1, 1},
		{"encoding/json, one goroutine; cclf on all cores", "json", b.cores, 1},
	} {
		r := ratio{api: api, name: c.name}
		var mine, others []float64
		for range b.rounds {
			m, err := b.convert(export, c.jobs)
			if err != nil {
				return err
			}
			p, err := b.peer(c.task, api, export, c.peers)
			if err != nil {
				return err
			}
			mine, others = append(mine, m.seconds), append(others, p.seconds)
			r.rounds = append(r.rounds, p.seconds/m.seconds)
			r.rss, r.peerRSS = max(r.rss, m.rss), max(r.peerRSS, p.rss)
		}
		r.cclf, r.peer = float64(size)/1e6/median(mine), float64(size)/1e6/median(others)
		b.ratios = append(b.ratios, r)
	}
	return nil
}

// scaled measures throughput and memory on an export of one size.
func (b *bench) scaled(size string) error {
	fmt.Fprintln(os.Stderr, "v2,", size)
	export, bytes, err := b.export("v2", size)
	if err != nil {
		return err
	}
	defer os.RemoveAll(export)
	var seconds []float64
	s := scaling{size: size}
	for range min(3, b.rounds) {
		m, err := b.convert(export, b.cores)
		if err != nil {
			return err
		}
		seconds = append(seconds, m.seconds)
		s.rss = max(s.rss, m.rss)
	}
	s.mbs = float64(bytes) / 1e6 / median(seconds)
	b.scales = append(b.scales, s)
	return nil
}

// compressed compares the conversion of a compressed export with decompression
// alone.
func (b *bench) compressed(export string, size int64) error {
	packed := filepath.Join(b.dir, "packed")
	if err := os.Mkdir(packed, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(packed)
	files, err := filepath.Glob(filepath.Join(export, "*.ndjson"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := pack(name, filepath.Join(packed, filepath.Base(name)+".gz")); err != nil {
			return err
		}
	}
	var whole, alone []float64
	for range min(3, b.rounds) {
		m, err := b.convert(packed, b.cores)
		if err != nil {
			return err
		}
		p, err := b.peer("read", "v2", packed, 1)
		if err != nil {
			return err
		}
		whole, alone = append(whole, m.seconds), append(alone, p.seconds)
	}
	b.gzip = [2]float64{float64(size) / 1e6 / median(whole), float64(size) / 1e6 / median(alone)}
	return nil
}
