// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxRate     = 1000
	maxDuration = 10 * time.Minute
	maxWaiting  = 512
	maxExamples = 20
	// decisionTime is how long Envoy waits for a decision before it answers 503.
	decisionTime = 250 * time.Millisecond
	// undecided is what it says then.
	undecided = "unavailable"
)

// report is what one load run saw. Answers counts by status; what gave no answer is in Failures, by its reason. Reached
// counts those of Answers that serve gave, whatever their status. Problems counts problem documents by the last part of
// their type. Late counts those that a guard gave when it had waited for its decision as long as it waits.
type report struct {
	Sent       int            `json:"sent"`
	Skipped    int            `json:"skipped"`
	Answers    map[string]int `json:"answers"`
	Failures   map[string]int `json:"failures"`
	Reached    int            `json:"reached"`
	Problems   map[string]int `json:"problems"`
	Late       int            `json:"late"`
	Unexpected []string       `json:"unexpected,omitempty"`
	P50Millis  float64        `json:"p50Millis"`
	P99Millis  float64        `json:"p99Millis"`
	MaxMillis  float64        `json:"maxMillis"`
	Seconds    float64        `json:"seconds"`
}

// load sends at a fixed rate, whether or not answers come (an open loop), and prints the report as one JSON document.
func load(ctx context.Context, arguments []string, output io.Writer) error {
	set := flags("load")
	rate := set.Int("rate", 50, "requests a second, at most 1000")
	duration := set.Duration("for", 10*time.Second, "how long, at most 10m")
	timeout := set.Duration("timeout", 5*time.Second, "how long to wait for one answer")
	expect := set.Int("expect", 0, "a status; others are told with their time, and the exit code is 1; 0 is any")
	input := set.Bool("input", false, "end sooner, when standard input ends, and tell when the first request has its answer")
	fresh := set.Bool("fresh", false, "a new connection for each request")
	method := set.String("method", http.MethodGet, "")
	proxy := set.String("proxy", "", "the URL of an HTTP proxy to call through")
	dial := set.String("dial", "", "HOST:PORT to connect to instead of the URL's")
	roots := set.String("roots", "", "a file with the roots, in PEM, of whom to believe; default: the system's")
	var headers pairs
	set.Var(&headers, "header", "NAME=VALUE, repeatable")
	if err := set.Parse(arguments); err != nil {
		return err
	}
	if set.NArg() != 1 || *rate < 1 || *rate > maxRate || *duration <= 0 || *duration > maxDuration {
		return errors.New("load needs one URL, -rate 1..1000 and -for up to 10m")
	}
	if _, err := url.ParseRequestURI(set.Arg(0)); err != nil {
		return err
	}
	transport, err := way{*fresh, *proxy, *dial, *roots}.transport()
	if err != nil {
		return err
	}
	client := &http.Client{
		Timeout:       *timeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	run := &loadRun{
		client: client, method: *method, url: set.Arg(0), headers: headers, expect: *expect,
		report: report{Answers: map[string]int{}, Failures: map[string]int{}, Problems: map[string]int{}},
	}
	if *input {
		heard, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer cancel()
			// However it ends, nobody listens any more.
			_, _ = io.Copy(io.Discard, os.Stdin)
		}()
		ctx = heard
		run.begun = output
	}
	run.send(ctx, *rate, *duration)
	encoder := json.NewEncoder(output)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(run.report); err != nil {
		return err
	}
	if *expect != 0 && run.report.Answers[strconv.Itoa(*expect)] != run.report.Sent {
		return fmt.Errorf("not every answer was %d", *expect)
	}
	return nil
}

// way is how requests reach whom they are for.
type way struct {
	fresh              bool
	proxy, dial, roots string
}

func (w way) transport() (*http.Transport, error) {
	transport := &http.Transport{DisableKeepAlives: w.fresh, MaxIdleConnsPerHost: maxWaiting, ForceAttemptHTTP2: false}
	if w.proxy != "" {
		proxy, err := url.ParseRequestURI(w.proxy)
		if err != nil {
			return nil, err
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	if w.dial != "" {
		var dialer net.Dialer
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, w.dial)
		}
	}
	if w.roots != "" {
		pem, err := os.ReadFile(w.roots)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", w.roots)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return transport, nil
}

type loadRun struct {
	client  *http.Client
	method  string
	url     string
	headers pairs
	expect  int
	// begun hears that the first request has its answer, or that it has none; it hears it once. It may be nil.
	begun io.Writer

	lock    sync.Mutex
	report  report
	latency []time.Duration
}

func (r *loadRun) send(ctx context.Context, rate int, duration time.Duration) {
	started := time.Now()
	ticker := time.NewTicker(time.Second / time.Duration(rate))
	defer ticker.Stop()
	places := make(chan struct{}, maxWaiting)
	var waiting sync.WaitGroup
	for time.Since(started) < duration {
		select {
		case <-ctx.Done():
			duration = 0
			continue
		case <-ticker.C:
		}
		select {
		case places <- struct{}{}:
			waiting.Add(1)
			r.report.Sent++
			go func() {
				defer waiting.Done()
				r.once(time.Since(started))
				<-places
			}()
		default:
			r.report.Skipped++
		}
	}
	waiting.Wait()
	r.report.Seconds = time.Since(started).Seconds()
	slices.Sort(r.latency)
	r.report.P50Millis, r.report.P99Millis, r.report.MaxMillis = r.quantile(0.50), r.quantile(0.99), r.quantile(1)
}

func (r *loadRun) once(at time.Duration) {
	begun := time.Now()
	got, err := r.exchange()
	took := time.Since(begun)
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.begun != nil {
		// The report cannot be written either when this cannot, and that is told.
		_, _ = fmt.Fprintln(r.begun, "calling")
		r.begun = nil
	}
	told := strconv.Itoa(got.status)
	if err != nil {
		told = err.Error()
		r.report.Failures[told]++
	} else {
		r.count(got, took)
	}
	if r.expect != 0 && got.status != r.expect && len(r.report.Unexpected) < maxExamples {
		r.report.Unexpected = append(r.report.Unexpected, fmt.Sprintf("%.1fs %s %s", at.Seconds(), told, got.problem))
	}
}

func (r *loadRun) count(got answered, took time.Duration) {
	r.report.Answers[strconv.Itoa(got.status)]++
	r.latency = append(r.latency, took)
	if got.reached {
		r.report.Reached++
	}
	if got.problem == "" {
		return
	}
	r.report.Problems[got.problem]++
	if got.problem == undecided && took >= decisionTime {
		r.report.Late++
	}
}

// answered is what came back: from whom, and what was wrong.
type answered struct {
	status  int
	reached bool
	problem string
}

// exchange sends one request.
func (r *loadRun) exchange() (answered, error) {
	request, err := http.NewRequest(r.method, r.url, nil)
	if err != nil {
		return answered{}, err
	}
	for _, header := range r.headers {
		if http.CanonicalHeaderKey(header[0]) == "Host" {
			request.Host = header[1]
			continue
		}
		request.Header.Add(header[0], header[1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return answered{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return answered{}, fmt.Errorf("body: %w", err)
	}
	return answered{response.StatusCode, response.Header.Get(servedBy) != "", problem(response.Header, body)}, nil
}

// problem is the last part of a problem document's type; empty when the answer is none.
func problem(header http.Header, body []byte) string {
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	var document struct {
		Type string `json:"type"`
	}
	if kind != "application/problem+json" || json.Unmarshal(body, &document) != nil {
		return ""
	}
	return document.Type[strings.LastIndexByte(document.Type, '/')+1:]
}

func (r *loadRun) quantile(share float64) float64 {
	if len(r.latency) == 0 {
		return 0
	}
	at := min(int(share*float64(len(r.latency))), len(r.latency)-1)
	return float64(r.latency[at].Microseconds()) / 1000
}
