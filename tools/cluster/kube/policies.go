package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"caudal/cluster/policy"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Changes come in bursts (a rollout, a namespace that goes); each replacement of the rules covers one.
const policySettleTime = 50 * time.Millisecond

// runPolicies enforces NetworkPolicies for the pods of one node. It sees every packet of a pod, because the pods hang
// on routed wires and not on a bridge.
func runPolicies(args []string) error {
	flags := flag.NewFlagSet("policies", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig `file`")
	node := flags.String("node", "", "`name` of this node")
	nodeAddresses := flags.String("node-addresses", "", "addresses of all nodes, which policies do not apply to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	factory := informers.NewSharedInformerFactory(client, 0)
	policies, pods, namespaces := factory.Networking().V1().NetworkPolicies(), factory.Core().V1().Pods(), factory.Core().V1().Namespaces()
	changed := make(chan struct{}, 1)
	notice := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: func(any) { notice() }, UpdateFunc: func(any, any) { notice() }, DeleteFunc: func(any) { notice() }}
	for _, informer := range []cache.SharedIndexInformer{policies.Informer(), pods.Informer(), namespaces.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	applied := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		time.Sleep(policySettleTime)
		cluster := policy.Cluster{NodeAddresses: strings.Split(*nodeAddresses, ",")}
		// From a local store; listing it cannot fail.
		cluster.Policies, _ = policies.Lister().List(labels.Everything())
		cluster.Pods, _ = pods.Lister().List(labels.Everything())
		cluster.Namespaces, _ = namespaces.Lister().List(labels.Everything())
		rules, err := policy.Rules(cluster, *node)
		if err == nil && rules != applied {
			err = replaceRules(rules)
		}
		if err != nil {
			log.Printf("%v; trying again", err)
			time.AfterFunc(time.Second, notice)
			continue
		}
		applied = rules
	}
}

func replaceRules(script string) error {
	nft := exec.Command("nft", "-f", "-")
	nft.Stdin = strings.NewReader(script)
	if out, err := nft.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}
