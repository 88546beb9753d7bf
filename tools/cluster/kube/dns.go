package main

import (
	"os"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

// runDNS is CoreDNS with the few plugins that a cluster without an outside needs.
func runDNS(args []string) error {
	dnsserver.Directives = []string{"bind", "ready", "errors", "cache", "kubernetes", "template"}
	os.Args = append([]string{"coredns"}, args...)
	coremain.Run()
	return nil
}
