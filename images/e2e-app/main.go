// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

// Command e2e-app is what end-to-end tests guard, and what they call it with: an HTTP server that tells what reached
// it, and a client that sends a steady load and counts the answers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const usage = `usage:
  e2e-app serve [-delay-stop 0s] [ADDRESS:]PORT...   HTTP/1.1 and HTTP/2 without TLS on each port
  e2e-app load -rate 50 -for 30s [-header NAME=VALUE]... URL
`

func main() {
	if len(os.Args) < 2 {
		fail(2, "%s", usage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var err error
	switch os.Args[1] {
	case "serve":
		err = serve(ctx, os.Args[2:])
	case "load":
		err = load(ctx, os.Args[2:], os.Stdout)
	default:
		fail(2, "%s", usage)
	}
	if err != nil {
		fail(1, "e2e-app: %v\n", err)
	}
}

func fail(code int, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format, arguments...)
	os.Exit(code)
}

// flags makes a flag set that ends the program with exit code 2 on wrong usage.
func flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ExitOnError)
	set.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		set.PrintDefaults()
	}
	return set
}

// pairs collects NAME=VALUE flags.
type pairs [][2]string

func (p *pairs) String() string { return fmt.Sprint(*p) }

func (p *pairs) Set(text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found {
		return fmt.Errorf("%q is not NAME=VALUE", text)
	}
	*p = append(*p, [2]string{name, value})
	return nil
}
