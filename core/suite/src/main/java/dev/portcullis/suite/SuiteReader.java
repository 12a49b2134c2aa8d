// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a suite from YAML; unknown fields and wrong types are refused with a line that says where.
 */
public final class SuiteReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .build();

  private SuiteReader() {}

  /**
   * Reads one file.
   *
   * @throws SuiteException when it cannot be read, is not YAML, or says what no suite can say
   */
  public static Suite read(Path file) {
    Object tree;
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(50).build();
      tree = new Load(settings).loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new SuiteException(file + ": cannot be read: " + e.getMessage());
    } catch (YamlEngineException e) {
      throw new SuiteException(
          file + ": not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
    try {
      return suite(file, MAPPER.convertValue(tree, Document.class));
    } catch (IllegalArgumentException e) {
      throw new SuiteException(file + ": " + problem(e));
    }
  }

  private static String problem(IllegalArgumentException e) {
    if (!(e.getCause() instanceof JsonMappingException mapping)) {
      return String.valueOf(e.getMessage());
    }
    String path =
        mapping.getPath().stream()
            .map(step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
            .collect(Collectors.joining());
    return "$" + path + ": " + mapping.getOriginalMessage();
  }

  private static Suite suite(Path file, @Nullable Document document) {
    if (document == null || !"PolicyTest".equals(document.kind)) {
      throw new SuiteException(file + ": kind must be PolicyTest");
    }
    Path directory = file.toAbsolutePath().normalize().resolveSibling(".").normalize();
    List<String> services = orEmpty(document.services);
    Map<String, Token> tokens = new LinkedHashMap<>();
    orEmpty(document.tokens).forEach((name, token) -> tokens.put(name, token.toToken()));
    Map<String, Suite.ApiKey> keys = new LinkedHashMap<>();
    orEmpty(document.apiKeys).forEach((name, key) -> keys.put(name, key.toKey(file, name)));
    List<Case> cases = new ArrayList<>();
    for (CaseDocument each : orEmpty(document.cases)) {
      cases.addAll(each.toCases(file, services));
    }
    return new Suite(
        document.name == null ? file.getFileName().toString() : document.name,
        file,
        orEmpty(document.policies).stream().map(directory::resolve).toList(),
        services,
        orEmpty(document.issuers),
        tokens,
        keys,
        List.copyOf(cases));
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <T extends @Nullable Object> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }

  private record Document(
      @Nullable String apiVersion,
      @Nullable String kind,
      @Nullable String name,
      @Nullable List<String> policies,
      @Nullable List<String> services,
      @Nullable Map<String, Suite.Issuer> issuers,
      @Nullable Map<String, TokenDocument> tokens,
      @Nullable Map<String, ApiKeyDocument> apiKeys,
      @Nullable List<CaseDocument> cases) {}

  private record TokenDocument(
      String issuer,
      @Nullable Map<String, @Nullable Object> header,
      @Nullable Map<String, @Nullable Object> claims,
      @Nullable String expiresIn,
      Token.@Nullable Signature signature) {

    Token toToken() {
      return new Token(
          issuer,
          orEmpty(header),
          orEmpty(claims),
          expiresIn == null ? "10m" : expiresIn,
          signature == null ? Token.Signature.VALID : signature);
    }
  }

  private record ApiKeyDocument(
      @Nullable String namespace,
      @Nullable String client,
      @Nullable String plan,
      @Nullable List<String> scopes,
      @Nullable Map<String, String> labels,
      boolean revoked,
      @Nullable String expires) {

    Suite.ApiKey toKey(Path file, String name) {
      if (namespace == null || client == null) {
        throw new SuiteException(file + ": $.apiKeys." + name + ": needs namespace and client");
      }
      return new Suite.ApiKey(
          namespace, client, plan, orEmpty(scopes), orEmpty(labels), revoked, expires);
    }
  }

  private record CaseDocument(
      @Nullable String name,
      @Nullable String service,
      @Nullable Integer repeat,
      @Nullable RequestDocument request,
      @Nullable ExpectDocument expect,
      @Nullable Set<Case.Layer> layers) {

    /** One case, or one for each of the request's paths. */
    List<Case> toCases(Path file, List<String> services) {
      if (name == null || request == null || expect == null) {
        throw new SuiteException(
            file + ": every case needs name, request and expect; see case " + name);
      }
      String target = service != null || services.isEmpty() ? service : services.getFirst();
      if (target == null || !services.contains(target)) {
        throw new SuiteException(
            file + ": case \"" + name + "\": service " + target + " is not among $.services");
      }
      int times = repeat == null ? 1 : repeat;
      Expectation wanted = expect.toExpectation();
      Set<Case.Layer> asked = layers == null ? EnumSet.allOf(Case.Layer.class) : layers;
      if (request.paths == null) {
        return List.of(
            new Case(name, target, times, request.toRequest(target, null), wanted, asked));
      }
      return request.paths.stream()
          .map(path ->
              new Case(
                  name + ": " + path,
                  target,
                  times,
                  request.toRequest(target, path),
                  wanted,
                  asked))
          .toList();
    }
  }

  private record RequestDocument(
      @Nullable String method,
      @Nullable String path,
      @Nullable List<String> paths,
      @Nullable String host,
      @Nullable String protocol,
      @Nullable Object headers,
      @Nullable String from,
      @Nullable String principal,
      @Nullable String body) {
    private static final Pattern LINE = Pattern.compile("([^:]+):\\s?(.*)", Pattern.DOTALL);

    Case.Request toRequest(String service, @Nullable String oneOfPaths) {
      int slash = service.indexOf('/');
      return new Case.Request(
          method == null ? "GET" : method,
          requestPath(oneOfPaths),
          host == null ? service.substring(slash + 1) + "." + service.substring(0, slash) : host,
          protocol == null ? "HTTP/1.1" : protocol,
          headerLines(),
          from == null ? "127.0.0.1" : from,
          principal == null ? "" : principal,
          body == null ? "" : body);
    }

    private String requestPath(@Nullable String oneOfPaths) {
      if (oneOfPaths != null) {
        return oneOfPaths;
      }
      return path == null ? "/" : path;
    }

    private List<Case.Header> headerLines() {
      List<Case.Header> lines = new ArrayList<>();
      if (headers instanceof Map<?, ?> map) {
        map.forEach((name, value) ->
            lines.add(new Case.Header(String.valueOf(name), String.valueOf(value))));
      } else if (headers instanceof List<?> list) {
        for (Object line : list) {
          var matcher = LINE.matcher(String.valueOf(line));
          if (!matcher.matches()) {
            throw new SuiteException("not a header line \"name: value\": " + line);
          }
          lines.add(new Case.Header(matcher.group(1), matcher.group(2)));
        }
      } else if (headers != null) {
        throw new SuiteException("headers must be a map or a list of \"name: value\" lines");
      }
      return lines;
    }
  }

  private record ExpectDocument(
      @Nullable Integer status,
      boolean refused,
      @Nullable String reason,
      @Nullable String rule,
      @Nullable Map<String, @Nullable String> headers,
      @Nullable Map<String, @Nullable String> upstream,
      @Nullable Integer minScore,
      @Nullable Integer maxScore) {

    Expectation toExpectation() {
      return new Expectation(
          status, refused, reason, rule, orEmpty(headers), orEmpty(upstream), minScore, maxScore);
    }
  }
}
