package policy

import (
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func pod(namespace, name, address, node string, labels map[string]string) *core.Pod {
	return &core.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name, Labels: labels},
		Spec: core.PodSpec{NodeName: node, Containers: []core.Container{{
			Ports: []core.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: core.ProtocolTCP}},
		}}},
		Status: core.PodStatus{PodIP: address, Phase: core.PodRunning},
	}
}

func selector(key, value string) *meta.LabelSelector {
	return &meta.LabelSelector{MatchLabels: map[string]string{key: value}}
}

func port(value intstr.IntOrString) []networking.NetworkPolicyPort {
	return []networking.NetworkPolicyPort{{Port: &value}}
}

func ingress(name string, rules ...networking.NetworkPolicyIngressRule) *networking.NetworkPolicy {
	return &networking.NetworkPolicy{
		ObjectMeta: meta.ObjectMeta{Namespace: "a", Name: name},
		Spec: networking.NetworkPolicySpec{
			PodSelector: *selector("app", "server"), Ingress: rules,
			PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress},
		},
	}
}

func egress(rules ...networking.NetworkPolicyEgressRule) *networking.NetworkPolicy {
	return &networking.NetworkPolicy{
		ObjectMeta: meta.ObjectMeta{Namespace: "a", Name: "egress"},
		Spec: networking.NetworkPolicySpec{
			PodSelector: *selector("app", "client"), Egress: rules,
			PolicyTypes: []networking.PolicyType{networking.PolicyTypeEgress},
		},
	}
}

func cluster(policies ...*networking.NetworkPolicy) Cluster {
	return Cluster{
		Policies: policies,
		Pods: []*core.Pod{
			pod("a", "server", "10.0.0.1", "node1", map[string]string{"app": "server"}),
			pod("a", "client", "10.0.0.2", "node1", map[string]string{"app": "client"}),
			pod("b", "client", "10.0.1.3", "node2", map[string]string{"app": "client"}),
			pod("b", "ended", "", "node2", map[string]string{"app": "client"}),
		},
		Namespaces: []*core.Namespace{
			{ObjectMeta: meta.ObjectMeta{Name: "a", Labels: map[string]string{"team": "one"}}},
			{ObjectMeta: meta.ObjectMeta{Name: "b", Labels: map[string]string{"team": "two"}}},
		},
		NodeAddresses: []string{"10.9.0.1"},
	}
}

// chain is the body of the chain of the one pod of that name, without the refusal at its end.
func chain(t *testing.T, c Cluster, node, podName string) []string {
	t.Helper()
	script, err := Rules(c, node)
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(script, `comment "`+podName+`"`)
	if !found {
		t.Fatalf("no chain for %s in\n%s", podName, script)
	}
	body, _, _ := strings.Cut(after, "    jump refuse")
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNoPolicyMeansNoRule(t *testing.T) {
	script, err := Rules(cluster(), "node1")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(script, "vmap") {
		t.Error(script)
	}
}

func TestAPolicyWithoutRulesRefusesAll(t *testing.T) {
	expect(t, chain(t, cluster(ingress("deny")), "node1", "a/server"))
}

func TestOnlyTheNodeOfThePodHasItsRules(t *testing.T) {
	script, err := Rules(cluster(ingress("deny")), "node2")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(script, "vmap") {
		t.Error(script)
	}
}

func TestPeersAreOfTheOwnNamespaceUnlessAnotherIsSelected(t *testing.T) {
	client := networking.NetworkPolicyPeer{PodSelector: selector("app", "client")}
	everywhere := networking.NetworkPolicyPeer{PodSelector: selector("app", "client"), NamespaceSelector: &meta.LabelSelector{}}
	namespace := networking.NetworkPolicyPeer{NamespaceSelector: selector("team", "two")}
	noPod := networking.NetworkPolicyPeer{PodSelector: selector("app", "no-pod")}
	for _, c := range []struct {
		peer networking.NetworkPolicyPeer
		want []string
	}{
		{client, []string{"ip saddr { 10.0.0.2 } return"}},
		{everywhere, []string{"ip saddr { 10.0.0.2, 10.0.1.3 } return"}},
		{namespace, []string{"ip saddr { 10.0.1.3 } return"}},
		{noPod, nil},
	} {
		rule := networking.NetworkPolicyIngressRule{From: []networking.NetworkPolicyPeer{c.peer}}
		expect(t, chain(t, cluster(ingress("p", rule)), "node1", "a/server"), c.want...)
	}
}

func TestPoliciesOfOnePodAddUp(t *testing.T) {
	http := networking.NetworkPolicyIngressRule{Ports: port(intstr.FromInt32(80))}
	named := networking.NetworkPolicyIngressRule{Ports: port(intstr.FromString("http"))}
	unknown := networking.NetworkPolicyIngressRule{Ports: port(intstr.FromString("grpc"))}
	got := chain(t, cluster(ingress("2", named), ingress("1", http, unknown)), "node1", "a/server")
	expect(t, got, "tcp dport 80 return", "tcp dport 8080 return")
}

func TestPorts(t *testing.T) {
	udp, end := core.ProtocolUDP, int32(90)
	number := intstr.FromInt32(80)
	for want, ports := range map[string]networking.NetworkPolicyPort{
		"udp dport 80 return":     {Protocol: &udp, Port: &number},
		"tcp dport 80-90 return":  {Port: &number, EndPort: &end},
		"meta l4proto udp return": {Protocol: &udp},
	} {
		rule := networking.NetworkPolicyIngressRule{Ports: []networking.NetworkPolicyPort{ports}}
		expect(t, chain(t, cluster(ingress("p", rule)), "node1", "a/server"), want)
	}
}

func TestEgressNamesThePortOfTheReceiver(t *testing.T) {
	rule := networking.NetworkPolicyEgressRule{
		To:    []networking.NetworkPolicyPeer{{PodSelector: selector("app", "server")}},
		Ports: port(intstr.FromString("http")),
	}
	expect(t, chain(t, cluster(egress(rule)), "node1", "a/client"), "ip daddr 10.0.0.1 tcp dport 8080 return")
}

func TestBlocks(t *testing.T) {
	block := &networking.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.1.0.0/16"}}
	rule := networking.NetworkPolicyEgressRule{To: []networking.NetworkPolicyPeer{{IPBlock: block}}}
	want := "ip daddr 10.0.0.0/8 ip daddr != { 10.1.0.0/16 } return"
	expect(t, chain(t, cluster(egress(rule)), "node1", "a/client"), want)
	block.CIDR = "2001:db8::/32"
	if _, err := Rules(cluster(egress(rule)), "node1"); err == nil || !strings.Contains(err.Error(), "IPv4 only") {
		t.Errorf("got %v", err)
	}
}

func TestTheSameClusterGivesTheSameRules(t *testing.T) {
	one, two := cluster(ingress("1"), ingress("2"), egress()), cluster(egress(), ingress("2"), ingress("1"))
	two.Pods[0], two.Pods[2] = two.Pods[2], two.Pods[0]
	first, err := Rules(one, "node1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Rules(two, "node1")
	if err != nil || first != second {
		t.Errorf("%v\n%s\n%s", err, first, second)
	}
}
