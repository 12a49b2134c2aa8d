// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A page on which a program of this machine says how it goes. */
public record AdminPage(URI uri) {

  /** The metrics of one of our programs. */
  public static AdminPage metrics(int port) {
    return new AdminPage(URI.create("http://127.0.0.1:" + port + "/metrics"));
  }

  /** What Envoy counts. */
  public static AdminPage statistics(int port, String filter) {
    return new AdminPage(URI.create("http://127.0.0.1:" + port + "/stats?filter=" + filter));
  }

  /** All of it. */
  public String text() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new AssertionError("no answer from " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The number on the line that begins so. */
  public double number(String start) {
    return text()
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(start.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no \"" + start + "\" on " + uri));
  }
}
