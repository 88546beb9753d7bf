// Command kube holds a whole Kubernetes in one binary; its first argument chooses the part.
//
// One binary, because the parts share nearly all of their packages: linked alone each would be as large as all together.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// Kubernetes' own parts are cobra commands that read os.Args themselves.
var components = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllermanager.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":            func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"proxy":              proxy.NewProxyCommand,
}

var others = map[string]func(args []string) error{
	"etcd":        func(args []string) error { etcdmain.Main(append([]string{"etcd"}, args...)); return nil },
	"metrics":     runMetrics,
	"dns":         runDNS,
	"node":        runNode,
	"policies":    runPolicies,
	"pki":         runPKI,
	"provisioner": runProvisioner,
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	part, args := os.Args[1], os.Args[2:]
	if newCommand, ok := components[part]; ok {
		os.Args = append([]string{"kube-" + part}, args...)
		os.Exit(cli.Run(newCommand()))
	}
	run, ok := others[part]
	if !ok {
		usage()
	}
	if err := run(args); err != nil {
		fmt.Fprintf(os.Stderr, "kube %s: %v\n", part, err)
		os.Exit(1)
	}
}

func usage() {
	var parts []string
	for part := range components {
		parts = append(parts, part)
	}
	for part := range others {
		parts = append(parts, part)
	}
	slices.Sort(parts)
	fmt.Fprintf(os.Stderr, "usage: kube {%s} [flags]\n", strings.Join(parts, "|"))
	os.Exit(2)
}
