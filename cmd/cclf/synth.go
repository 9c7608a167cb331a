package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/synth"
)

func newSynthCommand(e *env) *cli.Command {
	var opts synth.Options
	var size, order string
	return &cli.Command{
		Name:      "synth",
		Usage:     "make a synthetic export",
		UsageText: "cclf synth -o OUT [options]",
		Description: help(`
			Writes an export of made-up beneficiaries: FHIR NDJSON files of the types
			ExplanationOfBenefit, Patient and Coverage, as BCDA would name and split
			them; with v2 also of Claim and ClaimResponse. The claims are plausible,
			and full of what real ones have in them: updates, cancellations, blanks,
			changed identifiers. Nothing in them is about anybody.

			The same seed makes the same files. With --truth, the CCLF rows that the
			claims stand for are written too, to OUT/truth, one CSV file a table: what
			cclf convert must make of the export, with empty fields for NULL. Beside
			CCLF they have the tables claims, part_d_costs, enrollment and
			prior_authorizations, and with v2 and v3 those of the partially adjudicated
			claims.

			The server changes every few weeks. --server-date makes the export that it
			sent at another time: 2021-06 is the server of June 1, 2021, and a full
			date such as 2026-05-12 that of the day. What it did not send then is empty
			in the truth. There are servers of v1 from 2020-03, v2 from 2021-01 and v3
			from 2026-03.

			An export has ordinary data unless you ask for --edge-cases: all claim
			types and state codes, missing and partial dates, amounts with more
			decimals than cents or with exponents, keys twice, former names and
			addresses, claims in error or in draft, claims without a Patient, and
			claims with identifiers in extensions, as AB2D hands them on.`,
			"cclf synth -o export",
			"cclf synth -o export --beneficiaries 1000 --seed 7 --truth",
			"cclf synth -o big --size 10GB --gzip",
			"cclf synth -o old --api v3 --server-date 2026-05 --edge-cases --truth",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the export to `OUT`, a new or empty folder (required)",
				Required: true, TakesFile: true, Validator: localPath, Destination: &opts.Dir,
			},
			choice(&cli.StringFlag{
				Name: "api", Usage: "API `VERSION`: " + orList(synth.APIs()), Value: "v3", Destination: &opts.API,
			}, synth.APIs()...),
			&cli.IntFlag{
				Name: "beneficiaries", Aliases: []string{"n"},
				Usage:       fmt.Sprintf("make `N` beneficiaries (default: %d)", synth.DefaultBeneficiaries),
				HideDefault: true, Validator: positive, Destination: &opts.Beneficiaries,
			},
			&cli.StringFlag{
				Name: "size", Usage: "make as many beneficiaries as take `SIZE` of NDJSON, such as 500MB, instead",
				Destination: &size,
			},
			&cli.Uint64Flag{Name: "seed", Usage: "random `SEED`", Value: 1, Destination: &opts.Seed},
			choice(&cli.StringFlag{
				Name: "key-order", Usage: "`ORDER` of keys in JSON objects: " + orList(synth.KeyOrders()),
				Value: string(synth.Alphabetical), Destination: &order,
			}, synth.KeyOrders()...),
			&cli.StringFlag{
				Name: "server-date", Usage: "make the export that the server of `DATE` sent, such as 2026-05 (default: today's server)",
				Destination: &opts.ServerDate,
			},
			&cli.BoolFlag{Name: "edge-cases", Usage: "bring in what is rare and hard to read", Destination: &opts.EdgeCases},
			&cli.BoolFlag{Name: "truth", Usage: "write the CCLF rows as well", Destination: &opts.Truth},
			&cli.BoolFlag{Name: "gzip", Usage: "compress the NDJSON files", Destination: &opts.Gzip},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace an export that is in OUT", Destination: &opts.Overwrite},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			opts.KeyOrder = synth.KeyOrder(order)
			if size != "" {
				n, err := parseSize(size)
				if err != nil {
					return usageErrorf("synth: invalid --size %q: %w", size, err)
				}
				opts.Size = n
			}
			return runSynth(ctx, e, opts)
		},
	}
}

func runSynth(ctx context.Context, e *env, opts synth.Options) error {
	start := time.Now()
	stats, err := synth.Write(ctx, opts)
	switch {
	case err == nil:
	case errors.Is(err, synth.ErrOptions):
		return &exitError{code: exitUsage, err: err}
	case errors.Is(err, synth.ErrNotEmpty):
		return &exitError{code: exitOutput, err: fmt.Errorf("synth: %w", err), hint: "use --overwrite to replace an export in it"}
	case errors.Is(err, context.Canceled), errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("synth: %w", err)
	default: // there is nothing but the output that could fail
		return &exitError{code: exitOutput, err: fmt.Errorf("synth: %w", err)}
	}
	took := time.Since(start)
	if e.logJSON {
		e.log.Info("made an export",
			"out", opts.Dir, "beneficiaries", stats.Beneficiaries, "patients", stats.Patients, "coverages", stats.Coverages,
			"claims", stats.Claims, "files", stats.Files, "text_bytes", stats.Bytes, "truth_rows", stats.Rows,
			"edge_cases", total(stats.EdgeCases), "seconds", took.Seconds())
		return nil
	}
	if e.quiet {
		return nil
	}
	fmt.Fprintf(e.words(), "%d beneficiaries: %d Patient, %d Coverage and %d ExplanationOfBenefit resources in %d files, %.1f MB in %.1f s, written to %s\n",
		stats.Beneficiaries, stats.Patients, stats.Coverages, stats.Claims, stats.Files, float64(stats.Bytes)/1e6, took.Seconds(), opts.Dir)
	if opts.EdgeCases {
		fmt.Fprintf(e.words(), "%d edge cases of %d kinds\n", total(stats.EdgeCases), len(stats.EdgeCases))
	}
	if opts.Truth {
		fmt.Fprintf(e.words(), "%d CCLF rows, written to %s/truth\n", stats.Rows, opts.Dir)
	}
	return nil
}

func total(counts map[string]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}

// parseSize reads a number of bytes with its unit, such as 500MB or 2GiB.
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "BKMGTkib")
	factor, ok := map[string]float64{
		"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[s[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || n*factor < 1 || n*factor > 1e18 {
		return 0, errors.New("expected a number of bytes such as 500MB or 2GiB")
	}
	return int64(n * factor), nil
}
