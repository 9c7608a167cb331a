package main

func hardenProcess() {}
