// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
)

// report is what one load run saw. Answers counts by status; what gave no answer is in Failures, by its reason. Late counts
// those of Answers that were 503 and took as long as a guard waits for its decision.
type report struct {
	Sent       int            `json:"sent"`
	Skipped    int            `json:"skipped"`
	Answers    map[string]int `json:"answers"`
	Failures   map[string]int `json:"failures"`
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
	fresh := set.Bool("fresh", false, "a new connection for each request")
	method := set.String("method", http.MethodGet, "")
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
	client := &http.Client{
		Timeout:       *timeout,
		Transport:     &http.Transport{DisableKeepAlives: *fresh, MaxIdleConnsPerHost: maxWaiting},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	run := &loadRun{
		client: client, method: *method, url: set.Arg(0), headers: headers, expect: *expect,
		report: report{Answers: map[string]int{}, Failures: map[string]int{}},
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

type loadRun struct {
	client  *http.Client
	method  string
	url     string
	headers pairs
	expect  int

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
	status, reason := r.exchange()
	took := time.Since(begun)
	r.lock.Lock()
	defer r.lock.Unlock()
	told := strconv.Itoa(status)
	if status == 0 {
		told = reason
		r.report.Failures[reason]++
	} else {
		r.report.Answers[told]++
		r.latency = append(r.latency, took)
		if status == http.StatusServiceUnavailable && took >= decisionTime {
			r.report.Late++
		}
	}
	if r.expect != 0 && status != r.expect && len(r.report.Unexpected) < maxExamples {
		r.report.Unexpected = append(r.report.Unexpected, fmt.Sprintf("%.1fs %s", at.Seconds(), told))
	}
}

// exchange sends one request; status 0 says that there was no answer, and why.
func (r *loadRun) exchange() (status int, reason string) {
	request, err := http.NewRequest(r.method, r.url, nil)
	if err != nil {
		return 0, err.Error()
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
		return 0, err.Error()
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxBody)); err != nil {
		return 0, "body: " + err.Error()
	}
	return response.StatusCode, ""
}

func (r *loadRun) quantile(share float64) float64 {
	if len(r.latency) == 0 {
		return 0
	}
	at := min(int(share*float64(len(r.latency))), len(r.latency)-1)
	return float64(r.latency[at].Microseconds()) / 1000
}
