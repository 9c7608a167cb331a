package main

import (
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
)

// partFileFlags are the flags of how rows are divided among part files.
type partFileFlags struct {
	partition, size string
	sort, bloom     bool
}

func (f *partFileFlags) flags() []cli.Flag {
	return []cli.Flag{
		choice(&cli.StringFlag{
			Name: "partition-by", Usage: "divide the files of claims by `PARTITION`: service-year, service-month or none; see docs/formats.md (default: none)",
			HideDefault: true, Destination: &f.partition,
		}, convert.Partitions()...),
		&cli.StringFlag{
			Name: "file-size", Usage: "end part files at about `SIZE`, such as 64MB (default: 256MB)", HideDefault: true,
			Destination: &f.size, Validator: func(s string) error { _, err := parseSize(s); return err },
		},
		&cli.BoolFlag{Name: "sort", Usage: "sort the rows of each file by beneficiary and date", Destination: &f.sort},
		&cli.BoolFlag{Name: "bloom-filters", Usage: "add Bloom filters of identifiers to Parquet files", Destination: &f.bloom},
	}
}

// parse returns the values of the flags. No size is 0, and no partition is empty.
func (f *partFileFlags) parse() (partition convert.Partition, size int64, err error) {
	if f.size != "" {
		size, err = parseSize(f.size)
	}
	return convert.Partition(f.partition), size, err
}

// apply sets the options of a conversion.
func (f *partFileFlags) apply(o *convert.Options) (err error) {
	o.PartitionBy, o.FileSize, err = f.parse()
	o.Sort, o.BloomFilters = f.sort, f.bloom
	return err
}
