package main

import (
	"os"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

// runDNS is CoreDNS with the few plugins that a cluster without an outside needs.
func runDNS(args []string) error {
	dnsserver.Directives = []string{"ready", "errors", "cache", "kubernetes"}
	os.Args = append([]string{"coredns"}, args...)
	coremain.Run()
	return nil
}
