package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth"
)

func newSynthCommand(e *env) *cli.Command {
	var opts synth.Options
	var size, order string
	return &cli.Command{
		Name:      "synth",
		Usage:     "make a synthetic export",
		UsageText: "cclf synth -o OUT [options]",
		Description: cmdline.Describe(`
			Writes an export of synthetic beneficiaries: FHIR NDJSON files of the types
			ExplanationOfBenefit, Patient and Coverage, named and split as BCDA does;
			for v2 also Claim and ClaimResponse. The claims of three years are those
			of simulated lives: age, chronic conditions, stays and what follows
			them, drugs, death. Their totals look like those of Medicare: spending per
			month, stays, visits, readmissions, delays. Claims are amended, replaced,
			denied, and not all here yet. They describe nobody.

			The same seed gives the same files. --truth also writes the CCLF rows that
			cclf convert must make of the export, to OUT/truth, as one CSV file per
			table, with empty fields for NULL. Besides CCLF there are the tables
			claims, part_d_costs, enrollment and prior_authorizations, and for v2 and
			v3 those of partially adjudicated claims.

			BCDA changes every few weeks. --server-date makes the export that the
			server sent at another time: 2021-06 stands for June 1, 2021, and a full
			date such as 2026-05-12 for that day. What the server did not send then is
			empty in the truth. v1 exists from 2020-03, v2 from 2021-01, and v3 from
			2026-03.

			--edge-cases makes data that is hard to read instead, to test programs:
			random codes and amounts, blanks, ICD-9, all claim types and state codes,
			missing and partial dates, amounts with more decimals than cents or with
			exponents, duplicate keys, former names and addresses, claims in error or
			in draft, claims without a Patient, and claims with identifiers in
			extensions, as AB2D sends them. Its totals mean nothing.`,
			"cclf synth -o export",
			"cclf synth -o export --beneficiaries 1000 --seed 7 --truth",
			"cclf synth -o big --size 10GB --gzip",
			"cclf synth -o old --api v3 --server-date 2026-05 --edge-cases --truth",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "new or empty folder to write the export to, `OUT` (required)",
				Required: true, TakesFile: true, Validator: localPath, Destination: &opts.Dir,
			},
			choice(&cli.StringFlag{
				Name: "api", Usage: "API `VERSION`: " + orList(synth.APIs()), Value: "v3", Destination: &opts.API,
			}, synth.APIs()...),
			&cli.IntFlag{
				Name: "beneficiaries", Aliases: []string{"n"},
				Usage:       fmt.Sprintf("number of beneficiaries, `N` (default: %d)", synth.DefaultBeneficiaries),
				HideDefault: true, Validator: positive, Destination: &opts.Beneficiaries,
			},
			&cli.StringFlag{
				Name: "size", Usage: "size of the NDJSON, `SIZE` such as 500MB, instead of a number of beneficiaries",
				Destination: &size,
			},
			&cli.Uint64Flag{Name: "seed", Usage: "random `SEED`", Value: 1, Destination: &opts.Seed},
			choice(&cli.StringFlag{
				Name: "key-order", Usage: "`ORDER` of keys in JSON objects: " + orList(synth.KeyOrders()),
				Value: string(synth.Alphabetical), Destination: &order,
			}, synth.KeyOrders()...),
			&cli.StringFlag{
				Name: "server-date", Usage: "make the export that the server sent on `DATE`, such as 2026-05 (default: the current server)",
				Destination: &opts.ServerDate,
			},
			&cli.BoolFlag{Name: "edge-cases", Usage: "make data that is hard to read, for tests", Destination: &opts.EdgeCases},
			&cli.BoolFlag{Name: "truth", Usage: "write the expected CCLF rows too", Destination: &opts.Truth},
			&cli.BoolFlag{Name: "gzip", Usage: "compress the NDJSON files", Destination: &opts.Gzip},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace the export in OUT", Destination: &opts.Overwrite},
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
		return &exitError{code: exitcode.Usage, err: err}
	case errors.Is(err, synth.ErrNotEmpty):
		return &exitError{code: exitcode.Output, err: fmt.Errorf("synth: %w", err), hint: "use --overwrite to replace the export in it"}
	case errors.Is(err, context.Canceled), disk.Full(err):
		return fmt.Errorf("synth: %w", err)
	default: // only writing can fail
		return &exitError{code: exitcode.Output, err: fmt.Errorf("synth: %w", err)}
	}
	took := time.Since(start)
	e.event("made an export", "out", opts.Dir, "seconds", took.Seconds(), countGroup(
		count{"beneficiaries", int64(stats.Beneficiaries)}, count{"patients", int64(stats.Patients)}, count{"coverages", int64(stats.Coverages)},
		count{"claims", int64(stats.Claims)}, count{"files", int64(stats.Files)}, count{"text_bytes", stats.Bytes},
		count{"truth_rows", stats.Rows}, count{"edge_cases", int64(total(stats.EdgeCases))},
	))
	if e.quiet || e.logJSON {
		return nil
	}
	fmt.Fprintf(e.words(), "%s: %s Patient, %s Coverage and %s ExplanationOfBenefit resources in %d files, %.1f MB in %.1f s, written to %s\n",
		counted(stats.Beneficiaries, "beneficiary", "beneficiaries"), thousands(int64(stats.Patients)), thousands(int64(stats.Coverages)), thousands(int64(stats.Claims)),
		stats.Files, float64(stats.Bytes)/1e6, took.Seconds(), opts.Dir)
	if opts.EdgeCases {
		fmt.Fprintf(e.words(), "%s of %d kinds\n", plural(total(stats.EdgeCases), "edge case"), len(stats.EdgeCases))
	}
	if opts.Truth {
		fmt.Fprintf(e.words(), "%s, written to %s/truth\n", plural(stats.Rows, "CCLF row"), opts.Dir)
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

// parseSize parses a number of bytes with a unit, such as 500MB or 2GiB.
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
