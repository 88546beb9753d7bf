// Package policy turns NetworkPolicies into nftables rules for the pods of one node.
package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Table is the nftables table that the rules are in.
const Table = "caudal-policies"

// Cluster is what the rules depend on.
type Cluster struct {
	Policies   []*networking.NetworkPolicy
	Pods       []*core.Pod
	Namespaces []*core.Namespace
	// NodeAddresses reach every pod and are reached by every pod: the kubelets, the API server and DNS are there.
	NodeAddresses []string
}

// Rules is an nft script that replaces the table as one transaction. A packet has to pass what its sender may reach, on
// the sender's node, and what its receiver lets in, on the receiver's; both see the pods' own addresses, because
// services are translated before and masquerading comes after.
func Rules(cluster Cluster, node string) (string, error) {
	r := renderer{Cluster: cluster, pods: running(cluster.Pods), labels: map[string]labels.Set{}}
	for _, namespace := range cluster.Namespaces {
		r.labels[namespace.Name] = namespace.Labels
	}
	var chains strings.Builder
	verdicts := map[networking.PolicyType][]string{}
	for number, pod := range r.pods {
		if pod.Spec.NodeName != node {
			continue
		}
		for _, direction := range []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress} {
			policies, err := r.policiesOf(pod, direction)
			if err != nil {
				return "", err
			}
			if len(policies) == 0 {
				continue
			}
			name := fmt.Sprintf("%s-%d", strings.ToLower(string(direction)), number)
			rules, err := r.allowed(pod, policies, direction)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&chains, "  chain %s {\n    comment \"%s/%s\"\n%s    jump refuse\n  }\n", name, pod.Namespace, pod.Name, rules)
			verdicts[direction] = append(verdicts[direction], fmt.Sprintf("%s : jump %s", pod.Status.PodIP, name))
		}
	}
	var script strings.Builder
	fmt.Fprintf(&script, "table inet %s\ndelete table inet %s\ntable inet %s {\n", Table, Table, Table)
	// After a reset a client fails at once, after a dropped packet within minutes.
	script.WriteString("  chain refuse {\n    meta l4proto tcp reject with tcp reset\n    reject\n  }\n")
	script.WriteString(chains.String())
	script.WriteString("  chain forward {\n    type filter hook forward priority filter; policy accept;\n    ct state established,related accept\n")
	if addresses := strings.Join(cluster.NodeAddresses, ", "); addresses != "" {
		fmt.Fprintf(&script, "    ip saddr { %s } accept\n    ip daddr { %s } accept\n", addresses, addresses)
	}
	for _, side := range []struct {
		direction networking.PolicyType
		field     string
	}{{networking.PolicyTypeEgress, "saddr"}, {networking.PolicyTypeIngress, "daddr"}} {
		if elements := verdicts[side.direction]; len(elements) > 0 {
			fmt.Fprintf(&script, "    ip %s vmap { %s }\n", side.field, strings.Join(elements, ", "))
		}
	}
	script.WriteString("  }\n}\n")
	return script.String(), nil
}

type renderer struct {
	Cluster
	pods   []*core.Pod
	labels map[string]labels.Set
}

// running are the pods that have an address of their own, in a stable order.
func running(pods []*core.Pod) []*core.Pod {
	var found []*core.Pod
	for _, pod := range pods {
		ended := pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
		if pod.Status.PodIP != "" && !pod.Spec.HostNetwork && !ended {
			found = append(found, pod)
		}
	}
	slices.SortFunc(found, func(a, b *core.Pod) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return found
}

func (r renderer) policiesOf(pod *core.Pod, direction networking.PolicyType) ([]*networking.NetworkPolicy, error) {
	var found []*networking.NetworkPolicy
	for _, policy := range r.Policies {
		if policy.Namespace != pod.Namespace || !slices.Contains(policy.Spec.PolicyTypes, direction) {
			continue
		}
		selected, err := matches(&policy.Spec.PodSelector, pod.Labels)
		if err != nil {
			return nil, fmt.Errorf("policy %s/%s: %w", policy.Namespace, policy.Name, err)
		}
		if selected {
			found = append(found, policy)
		}
	}
	slices.SortFunc(found, func(a, b *networking.NetworkPolicy) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// allowed are the rules that let a packet pass; what none of them matches is refused.
func (r renderer) allowed(pod *core.Pod, policies []*networking.NetworkPolicy, direction networking.PolicyType) (string, error) {
	var rules strings.Builder
	for _, policy := range policies {
		var err error
		if direction == networking.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				err = errors.Join(err, r.rule(&rules, pod, policy.Namespace, "saddr", rule.From, rule.Ports))
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				err = errors.Join(err, r.rule(&rules, pod, policy.Namespace, "daddr", rule.To, rule.Ports))
			}
		}
		if err != nil {
			return "", fmt.Errorf("policy %s/%s: %w", policy.Namespace, policy.Name, err)
		}
	}
	return rules.String(), nil
}

func (r renderer) rule(rules *strings.Builder, pod *core.Pod, namespace, field string, peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort) error {
	write := func(peer string, receiver *core.Pod) {
		for _, port := range portMatches(ports, receiver) {
			rules.WriteString("    " + strings.Join(strings.Fields(peer+" "+port+" return"), " ") + "\n")
		}
	}
	if len(peers) == 0 {
		write("", receiverOf(field, pod, nil))
		return nil
	}
	for _, peer := range peers {
		if peer.IPBlock != nil {
			match, err := blockMatch(field, peer.IPBlock)
			if err != nil {
				return err
			}
			write(match, receiverOf(field, pod, nil))
			continue
		}
		selected, err := r.podsOf(peer, namespace)
		if err != nil {
			return err
		}
		// A port by name is another number on each receiver, so senders are one set and receivers one by one.
		if field == "saddr" && len(selected) > 0 {
			addresses := make([]string, len(selected))
			for i, sender := range selected {
				addresses[i] = sender.Status.PodIP
			}
			write(fmt.Sprintf("ip saddr { %s }", strings.Join(addresses, ", ")), pod)
			continue
		}
		for _, receiver := range selected {
			write("ip daddr "+receiver.Status.PodIP, receiver)
		}
	}
	return nil
}

func receiverOf(field string, pod, peer *core.Pod) *core.Pod {
	if field == "saddr" {
		return pod
	}
	return peer
}

func (r renderer) podsOf(peer networking.NetworkPolicyPeer, namespace string) ([]*core.Pod, error) {
	var found []*core.Pod
	for _, pod := range r.pods {
		if peer.NamespaceSelector == nil && pod.Namespace != namespace {
			continue
		}
		inNamespace, err := matches(peer.NamespaceSelector, r.labels[pod.Namespace])
		if err != nil {
			return nil, err
		}
		selected, err := matches(peer.PodSelector, pod.Labels)
		if err != nil {
			return nil, err
		}
		if inNamespace && selected {
			found = append(found, pod)
		}
	}
	return found, nil
}

// matches is true for a selector that is not there.
func matches(selector *meta.LabelSelector, set labels.Set) (bool, error) {
	if selector == nil {
		return true, nil
	}
	compiled, err := meta.LabelSelectorAsSelector(selector)
	if err != nil {
		return false, err
	}
	return compiled.Matches(set), nil
}

func blockMatch(field string, block *networking.IPBlock) (string, error) {
	for _, text := range append([]string{block.CIDR}, block.Except...) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return "", err
		}
		if !prefix.Addr().Is4() {
			return "", fmt.Errorf("%s: the local cluster has IPv4 only", text)
		}
	}
	match := fmt.Sprintf("ip %s %s", field, block.CIDR)
	if len(block.Except) > 0 {
		match += fmt.Sprintf(" ip %s != { %s }", field, strings.Join(block.Except, ", "))
	}
	return match, nil
}

// portMatches has one entry per port, or one empty entry where every port is meant. A name that the receiver does not
// have matches nothing.
func portMatches(ports []networking.NetworkPolicyPort, receiver *core.Pod) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var found []string
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		name := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			found = append(found, "meta l4proto "+name)
		case port.Port.Type == intstr.String:
			if number, ok := namedPort(receiver, port.Port.StrVal, protocol); ok {
				found = append(found, fmt.Sprintf("%s dport %d", name, number))
			}
		case port.EndPort != nil:
			found = append(found, fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort))
		default:
			found = append(found, fmt.Sprintf("%s dport %d", name, port.Port.IntVal))
		}
	}
	return found
}

func namedPort(pod *core.Pod, name string, protocol core.Protocol) (int32, bool) {
	if pod == nil {
		return 0, false
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			same := port.Protocol == protocol || (port.Protocol == "" && protocol == core.ProtocolTCP)
			if port.Name == name && same {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}
