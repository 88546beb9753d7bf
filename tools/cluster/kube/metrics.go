package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os/signal"
	"strings"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	registry "k8s.io/component-base/compatibility"
	"k8s.io/kubernetes/pkg/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

// metrics-server refuses less than 10 s, and a request must time out before the next one is due.
const (
	metricResolution  = 10 * time.Second
	kubeletTimeout    = 5 * time.Second
	metricsServerName = "Kubernetes metrics-server"
)

// runMetrics is metrics-server from its own packages. Its command is not used: it is generated for a newer Kubernetes,
// and only for the OpenAPI definitions, which the Kubernetes in this binary has too.
func runMetrics(args []string) error {
	flags := flag.NewFlagSet("metrics", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig `file`")
	address := flags.String("bind-address", "127.0.0.1", "`IP` to serve on")
	port := flags.Int("secure-port", 4443, "HTTPS `port`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: *kubeconfig}, &clientcmd.ConfigOverrides{})
	restConfig, err := loader.ClientConfig()
	if err != nil {
		return err
	}
	restConfig.ContentType = "application/vnd.kubernetes.protobuf"
	if err := rest.SetKubernetesDefaults(restConfig); err != nil {
		return err
	}
	apiserver, err := metricsAPIServer(*kubeconfig, net.ParseIP(*address), *port)
	if err != nil {
		return err
	}
	config := server.Config{
		Apiserver: apiserver, Rest: restConfig, MetricResolution: metricResolution, ScrapeTimeout: kubeletTimeout,
		Kubelet: &client.KubeletClientConfig{
			Scheme: "https", DefaultPort: 10250, UseNodeStatusPort: true,
			AddressTypePriority: []core.NodeAddressType{core.NodeInternalIP}, Client: *rest.CopyConfig(restConfig),
		},
	}
	complete, err := config.Complete()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return complete.RunUntil(ctx.Done())
}

func metricsAPIServer(kubeconfig string, address net.IP, port int) (*genericapiserver.Config, error) {
	run := options.NewServerRunOptionsForComponent("metrics server", registry.NewComponentGlobalsRegistry())
	serving := options.NewSecureServingOptions().WithLoopback()
	serving.BindAddress, serving.BindPort = address, port
	serving.ServerCert.CertDirectory = "" // self-signed, in memory
	authentication := options.NewDelegatingAuthenticationOptions()
	authentication.RemoteKubeConfigFile = kubeconfig
	authorization := options.NewDelegatingAuthorizationOptions()
	authorization.RemoteKubeConfigFile = kubeconfig
	if err := serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{address}); err != nil {
		return nil, err
	}
	if err := run.ComponentGlobalsRegistry.Set(); err != nil {
		return nil, err
	}
	config := genericapiserver.NewConfig(api.Codecs)
	if err := run.ApplyTo(config); err != nil {
		return nil, err
	}
	if err := serving.ApplyTo(&config.SecureServing, &config.LoopbackClientConfig); err != nil {
		return nil, err
	}
	if err := authentication.ApplyTo(&config.Authentication, config.SecureServing, nil); err != nil {
		return nil, fmt.Errorf("authentication: %w", err)
	}
	if err := authorization.ApplyTo(&config.Authorization); err != nil {
		return nil, fmt.Errorf("authorization: %w", err)
	}
	config.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(openapi.GetOpenAPIDefinitions, namer)
	config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(openapi.GetOpenAPIDefinitions, namer)
	version, _, _ := strings.Cut(config.EffectiveVersion.Info().String(), "-")
	config.OpenAPIConfig.Info.Title, config.OpenAPIConfig.Info.Version = metricsServerName, version
	config.OpenAPIV3Config.Info.Title, config.OpenAPIV3Config.Info.Version = metricsServerName, version
	return config, nil
}
