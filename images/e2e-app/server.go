// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody  = 8 << 20
	maxDelay = 30 * time.Second
	patience = 10 * time.Second
	// servedBy is a header of every answer: a guard's own answers do not have it.
	servedBy = "X-E2e-App"
)

// echo is what the server answers: the request as it arrived.
type echo struct {
	Pod      string              `json:"pod"`
	Port     int                 `json:"port"`
	Peer     string              `json:"peer"`
	Protocol string              `json:"protocol"`
	Method   string              `json:"method"`
	Host     string              `json:"host"`
	Path     string              `json:"path"`
	Headers  map[string][]string `json:"headers"`
	BodySize int64               `json:"bodySize"`
}

// serve answers on every port until the context ends, then finishes what is under way.
func serve(ctx context.Context, arguments []string) error {
	set := flags("serve")
	delay := set.Duration("delay-stop", 0, "how long to serve on after SIGTERM")
	if err := set.Parse(arguments); err != nil {
		return err
	}
	if set.NArg() == 0 {
		return errors.New("serve needs a port")
	}
	failed := make(chan error, set.NArg())
	servers := make([]*http.Server, 0, set.NArg())
	for _, address := range set.Args() {
		if !strings.Contains(address, ":") {
			address = ":" + address
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		server := newServer()
		servers = append(servers, server)
		go func() { failed <- server.Serve(listener) }()
		fmt.Fprintf(os.Stderr, "e2e-app: listening on %s\n", listener.Addr())
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	time.Sleep(min(*delay, maxDelay))
	ending, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ending); err != nil {
			return err
		}
	}
	return nil
}

func newServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           http.HandlerFunc(answer),
		Protocols:         protocols,
		ReadHeaderTimeout: patience,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    1 << 20,
	}
}

// answer echoes the request. The query may ask for ?status=CODE and ?delay=DURATION.
func answer(response http.ResponseWriter, request *http.Request) {
	pod, _ := os.Hostname()
	response.Header().Set(servedBy, pod)
	query := request.URL.Query()
	status := http.StatusOK
	if asked, err := strconv.Atoi(query.Get("status")); err == nil && asked >= 200 && asked <= 599 {
		status = asked
	}
	size, err := io.Copy(io.Discard, http.MaxBytesReader(response, request.Body, maxBody))
	if err != nil {
		http.Error(response, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if delay, err := time.ParseDuration(query.Get("delay")); err == nil && delay > 0 {
		select {
		case <-time.After(min(delay, maxDelay)):
		case <-request.Context().Done():
			return
		}
	}
	port := 0
	if local, ok := request.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		port = local.Port
	}
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	if request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	told := echo{
		Pod: pod, Port: port, Peer: request.RemoteAddr, Protocol: request.Proto, Method: request.Method,
		Host: request.Host, Path: request.URL.RequestURI(), Headers: request.Header, BodySize: size,
	}
	if err := json.NewEncoder(response).Encode(told); err != nil {
		fmt.Fprintf(os.Stderr, "e2e-app: answer: %v\n", err)
	}
}
