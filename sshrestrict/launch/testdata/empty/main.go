// Command empty does nothing; it is what starting a program costs at least.
package main

func main() {}
