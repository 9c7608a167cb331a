//go:build !linux

package main

func dropUnusedPages() {}

func useLargePages(int) {}
