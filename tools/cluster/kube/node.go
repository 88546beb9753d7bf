package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

type nodeSpec struct {
	LogDir string `json:"logDir"`
	// Interface is made from outside, as soon as this process and its network namespace exist.
	Interface string        `json:"interface"`
	Setup     [][]string    `json:"setup"`
	Processes []processSpec `json:"processes"`
}

type processSpec struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
	// After is a URL (http, https or unix) that must answer before the process starts; empty: at once.
	After string `json:"after"`
}

const (
	pollInterval     = 50 * time.Millisecond
	restartDelay     = time.Second
	interfaceTimeout = 30 * time.Second
)

// runNode is process 1 of a node's own PID, mount and network namespaces: it prepares them, starts the node's parts,
// restarts what ends and reaps orphans. When it ends, the kernel ends everything else in the namespace, pods included,
// and with the last process go the mounts and the interfaces. So one kill is a power cut and a complete clean-up.
func runNode(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: kube node SPEC.json")
	}
	if os.Getpid() != 1 {
		return errors.New("must be process 1 of a PID namespace of its own (unshare --pid --fork)")
	}
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var spec nodeSpec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if err := waitForInterface(spec.Interface); err != nil {
		return err
	}
	for _, command := range spec.Setup {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, out)
		}
	}
	node := &supervisor{logDir: spec.LogDir, ended: map[int]chan syscall.WaitStatus{}}
	for _, process := range spec.Processes {
		go node.keep(process)
	}
	log.Printf("node is set up; starting %d processes", len(spec.Processes))
	node.reapUntilTerminated()
	return nil
}

func waitForInterface(name string) error {
	for deadline := time.Now().Add(interfaceTimeout); ; time.Sleep(pollInterval) {
		if _, err := net.InterfaceByName(name); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the interface %s has not appeared within %s", name, interfaceTimeout)
		}
	}
}

type supervisor struct {
	logDir string
	mu     sync.Mutex // held over start and over reaping, so that a process that ends at once is not missed
	ended  map[int]chan syscall.WaitStatus
}

func (s *supervisor) keep(process processSpec) {
	if process.After != "" {
		waitForAnswer(process.After)
	}
	for ; ; time.Sleep(restartDelay) {
		started := time.Now()
		ended, err := s.start(process)
		if err != nil {
			log.Printf("%s: cannot start: %v", process.Name, err)
			continue
		}
		status := <-ended
		log.Printf("%s ended after %s (exit %d, signal %d); starting it again", process.Name,
			time.Since(started).Round(time.Millisecond), status.ExitStatus(), status.Signal())
	}
}

func (s *supervisor) start(process processSpec) (<-chan syscall.WaitStatus, error) {
	path, err := exec.LookPath(process.Args[0])
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(filepath.Join(s.logDir, process.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	started, err := os.StartProcess(path, process.Args, &os.ProcAttr{Files: []*os.File{nil, out, out}, Env: os.Environ()})
	if err != nil {
		return nil, err
	}
	ended := make(chan syscall.WaitStatus, 1)
	s.ended[started.Pid] = ended
	return ended, started.Release()
}

// reapUntilTerminated collects every child, own or orphaned, as process 1 must.
func (s *supervisor) reapUntilTerminated() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT)
	for received := range signals {
		if received != syscall.SIGCHLD {
			log.Printf("%s: powering off", received)
			return
		}
		s.reap()
	}
}

func (s *supervisor) reap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if ended, ok := s.ended[pid]; ok {
			delete(s.ended, pid)
			ended <- status
		}
	}
}

func waitForAnswer(address string) {
	socket, isSocket := strings.CutPrefix(address, "unix:")
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // a probe of our own loopback
	client := &http.Client{Transport: transport, Timeout: 2 * time.Second}
	for ; ; time.Sleep(pollInterval) {
		if isSocket {
			if connection, err := (&net.Dialer{}).DialContext(context.Background(), "unix", socket); err == nil {
				connection.Close()
				return
			}
			continue
		}
		if response, err := client.Get(address); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
	}
}
