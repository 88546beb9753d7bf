package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
)

const (
	provisionerName = "caudal/local"
	// Set on a claim by Kubernetes: who shall make the volume, and (WaitForFirstConsumer) on which node.
	claimProvisioner = "volume.kubernetes.io/storage-provisioner"
	claimNode        = "volume.kubernetes.io/selected-node"
	volumeMadeBy     = "pv.kubernetes.io/provisioned-by"
)

// runProvisioner makes a volume of kind `local` (a directory) for each claim whose class names it, on the node that
// the scheduler chose, and removes both when the claim is gone. Kind `local`, because there fsGroup is applied.
// All nodes are on one machine, so it makes the directories itself.
func runProvisioner(args []string) error {
	flags := flag.NewFlagSet("provisioner", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig `file`")
	root := flags.String("root", "", "`directory` that gets one sub-directory per volume")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 50, 100
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	factory := informers.NewSharedInformerFactory(client, 10*time.Minute)
	p := &provisioner{client: client, root: *root, queue: workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[item](100*time.Millisecond, 10*time.Second))}
	p.claims = factory.Core().V1().PersistentVolumeClaims().Informer().GetStore()
	p.volumes = factory.Core().V1().PersistentVolumes().Informer().GetStore()
	for kind, informer := range map[string]cache.SharedIndexInformer{
		"claim":  factory.Core().V1().PersistentVolumeClaims().Informer(),
		"volume": factory.Core().V1().PersistentVolumes().Informer(),
	} {
		enqueue := func(object any) {
			if key, err := cache.MetaNamespaceKeyFunc(object); err == nil {
				p.queue.Add(item{kind, key})
			}
		}
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) }}); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go func() { <-ctx.Done(); p.queue.ShutDown() }()
	p.work(ctx)
	return nil
}

type item struct{ kind, key string }

type provisioner struct {
	client          kubernetes.Interface
	root            string
	queue           workqueue.TypedRateLimitingInterface[item]
	claims, volumes cache.Store
}

func (p *provisioner) work(ctx context.Context) {
	for {
		next, done := p.queue.Get()
		if done {
			return
		}
		var err error
		if next.kind == "claim" {
			err = p.provision(ctx, next.key)
		} else {
			err = p.reclaim(ctx, next.key)
		}
		if err != nil {
			log.Printf("%s %s: %v; trying again", next.kind, next.key, err)
			p.queue.AddRateLimited(next)
		} else {
			p.queue.Forget(next)
		}
		p.queue.Done(next)
	}
}

func (p *provisioner) provision(ctx context.Context, key string) error {
	object, found, err := p.claims.GetByKey(key)
	if err != nil || !found {
		return err
	}
	claim := object.(*core.PersistentVolumeClaim)
	node := claim.Annotations[claimNode]
	if claim.Annotations[claimProvisioner] != provisionerName || claim.Spec.VolumeName != "" || node == "" || claim.DeletionTimestamp != nil {
		return nil
	}
	name := "pvc-" + string(claim.UID)
	directory := filepath.Join(p.root, name)
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	// MkdirAll is subject to the umask; a pod without fsGroup still has to be able to write.
	if err := os.Chmod(directory, 0o777); err != nil {
		return err
	}
	class := *claim.Spec.StorageClassName
	mode := core.PersistentVolumeFilesystem
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{volumeMadeBy: provisionerName}},
		Spec: core.PersistentVolumeSpec{
			Capacity:    core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes: claim.Spec.AccessModes, StorageClassName: class, VolumeMode: &mode,
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: directory}},
			ClaimRef:                      &core.ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
				MatchExpressions: []core.NodeSelectorRequirement{{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node}}},
			}}}},
		},
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	if err == nil {
		log.Printf("%s: made %s on %s", key, name, node)
	}
	return err
}

func (p *provisioner) reclaim(ctx context.Context, key string) error {
	object, found, err := p.volumes.GetByKey(key)
	if err != nil || !found {
		return err
	}
	volume := object.(*core.PersistentVolume)
	if volume.Annotations[volumeMadeBy] != provisionerName || volume.Status.Phase != core.VolumeReleased ||
		volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete || volume.DeletionTimestamp != nil {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(p.root, volume.Name)); err != nil {
		return err
	}
	err = p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err == nil {
		log.Printf("removed %s", volume.Name)
	}
	return err
}
