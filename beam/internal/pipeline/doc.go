// Package pipeline converts exports on the runners of Apache Beam. It has no mapping of
// its own: it cuts inputs into shards, and passes what the functions for shards of
// package convert emit to those that read it.
//
//	shards ── scan ──┬─ versions of resources ── GroupByKey ── reduce ─┐
//	                 ├─ of beneficiaries, ... ──── GroupByKey ── reduce ─┤
//	                 ├─ totals ────────────────── GroupByKey ── merge ──┤ side input
//	                 └─ of shards ─────────────── CoGroupByKey ── write ── publish
//
// Both scan and write read the shard. No claim is shuffled: only keys, times and what
// is known about beneficiaries.
package pipeline
