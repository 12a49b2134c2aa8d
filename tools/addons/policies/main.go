// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

// Command policies enforces NetworkPolicies on one node with kube-router's firewall controller. It is what kube-router
// does with --run-firewall=true --run-router=false --run-service-proxy=false; without the packages of its router and its
// service proxy, which would double the build.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/cloudnativelabs/kube-router/v2/pkg/svcip"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	version     = "2.10.0"
	syncTimeout = 30 * time.Second
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file that says how to reach the API server")
	node := flag.String("node", "", "name of the node that this runs on")
	services := flag.String("services", "", "address range of the cluster's Services")
	told := flag.Bool("version", false, "print the version of kube-router and exit")
	flag.Parse()
	if *told {
		fmt.Println("policies, of kube-router", version)
		return
	}
	if err := run(*kubeconfig, *node, *services); err != nil {
		fmt.Fprintln(os.Stderr, "policies:", err)
		os.Exit(1)
	}
}

func run(kubeconfig, node, services string) error {
	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return err
	}
	config := options.NewKubeRouterConfig()
	config.RunFirewall, config.RunRouter, config.RunServiceProxy = true, false, false
	config.EnableIPv4, config.EnableIPv6 = true, false
	config.HostnameOverride = node
	config.ClusterIPCIDRs = []string{services}

	stop := make(chan struct{})
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	factory.Start(stop)
	if !synced(pods.HasSynced, namespaces.HasSynced, policies.HasSynced) {
		return errors.New("the API server gave no pods, namespaces and policies within " + syncTimeout.String())
	}
	controller, err := controller(client, config, pods, policies, namespaces)
	if err != nil {
		return err
	}

	heartbeats := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range heartbeats { // whoever does not listen blocks the controller
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	go controller.Run(heartbeats, stop, &running)

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
	close(stop)
	running.Wait()
	return nil
}

func controller(client kubernetes.Interface, config *options.KubeRouterConfig,
	pods, policies, namespaces cache.SharedIndexInformer) (*netpol.NetworkPolicyController, error) {
	ranges, err := svcip.NewValidator(svcip.Config{ClusterIPCIDRs: config.ClusterIPCIDRs, EnableIPv4: true})
	if err != nil {
		return nil, err
	}
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return nil, err
	}
	var lock sync.Mutex
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &lock, nil, tables, sets, ranges)
	if err != nil {
		return nil, err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods:       controller.PodEventHandler,
		namespaces: controller.NamespaceEventHandler,
		policies:   controller.NetworkPolicyEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	return controller, nil
}

func synced(informers ...cache.InformerSynced) bool {
	bounded := make(chan struct{})
	timer := time.AfterFunc(syncTimeout, func() { close(bounded) })
	defer timer.Stop()
	return cache.WaitForCacheSync(bounded, informers...)
}
