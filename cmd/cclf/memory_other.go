//go:build !linux

package main

func dropStartupPages() {}
