// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a suite from YAML; unknown fields and wrong types are refused with a line that says where.
 */
public final class SuiteReader {
  private static final String API_VERSION = "portcullis.dev/v1alpha1";

  /** Of one case; enough for every limit that a test can wait for. */
  private static final int MAX_REPEAT = 100_000;

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
    YamlPlaces places;
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(50).build();
      String text = Files.readString(file);
      tree = new Load(settings).loadFromString(text);
      places = YamlPlaces.of(settings, text);
    } catch (NoSuchFileException e) {
      throw new SuiteException(file + ": there is no such file");
    } catch (CharacterCodingException e) {
      throw new SuiteException(file + ": is not UTF-8: save it as UTF-8");
    } catch (IOException e) {
      throw new SuiteException(file + ": cannot be read: " + e.getMessage());
    } catch (MarkedYamlEngineException e) {
      throw new SuiteException(
          file
              + e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("")
              + ": not YAML: "
              + String.valueOf(e.getProblem()).replace('\n', ' '));
    } catch (YamlEngineException e) {
      throw new SuiteException(
          file + ": not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
    try {
      return suite(new Source(file, places), MAPPER.convertValue(tree, Document.class));
    } catch (IllegalArgumentException e) {
      throw new SuiteException(file + problem(e, places));
    }
  }

  /** A file, for messages that say where. */
  private record Source(Path file, YamlPlaces places) {

    SuiteException problem(String message, Object... path) {
      return new SuiteException(file + ":" + places.line(List.of(path)) + ": " + message);
    }
  }

  private static String problem(IllegalArgumentException e, YamlPlaces places) {
    if (!(e.getCause() instanceof JsonMappingException mapping)) {
      return ": " + e.getMessage();
    }
    int line =
        places.line(
            mapping.getPath().stream()
                .map(step -> step.getFieldName() == null ? step.getIndex() : step.getFieldName())
                .toList());
    String path =
        mapping.getPath().stream()
            .map(step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
            .collect(Collectors.joining());
    return ":" + line + ": $" + path + ": " + mapping.getOriginalMessage();
  }

  private static Suite suite(Source source, @Nullable Document document) {
    Path file = source.file();
    if (document == null || !"PolicyTest".equals(document.kind)) {
      throw source.problem("kind must be PolicyTest", "kind");
    }
    if (document.apiVersion != null && !document.apiVersion.equals(API_VERSION)) {
      throw source.problem("apiVersion must be " + API_VERSION, "apiVersion");
    }
    orEmpty(document.issuers)
        .forEach((name, issuer) -> {
          if ((issuer.secret() == null) == (issuer.uri() == null)) {
            throw source.problem(
                "issuer " + name + " needs exactly one of secret and uri", "issuers", name);
          }
        });
    List<String> services = orEmpty(document.services);
    Map<String, Token> tokens = new LinkedHashMap<>();
    orEmpty(document.tokens).forEach((name, token) -> tokens.put(name, token.toToken()));
    Map<String, Suite.ApiKey> keys = new LinkedHashMap<>();
    orEmpty(document.apiKeys).forEach((name, key) -> keys.put(name, key.toKey(source, name)));
    List<Case> cases = new ArrayList<>();
    List<CaseDocument> documents = orEmpty(document.cases);
    for (int i = 0; i < documents.size(); i++) {
      cases.addAll(documents.get(i).toCases(source, i, services));
    }
    if (cases.isEmpty()) {
      throw source.problem("there are no cases, so it shows nothing", "cases");
    }
    return new Suite(
        document.name == null ? file.getFileName().toString() : document.name,
        file,
        orEmpty(document.policies).stream()
            .map(policy -> file.resolveSibling(policy).normalize())
            .toList(),
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
      @Nullable String rawHeader,
      @Nullable String rawClaims,
      @Nullable String expiresIn,
      @Nullable String authAge,
      Token.@Nullable Signature signature) {

    Token toToken() {
      return new Token(
          issuer,
          orEmpty(header),
          orEmpty(claims),
          rawHeader,
          rawClaims,
          expiresIn == null ? "10m" : expiresIn,
          authAge,
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

    Suite.ApiKey toKey(Source source, String name) {
      if (namespace == null || client == null) {
        throw source.problem("API key " + name + " needs namespace and client", "apiKeys", name);
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
    List<Case> toCases(Source source, int index, List<String> services) {
      if (name == null || request == null || expect == null) {
        throw source.problem("every case needs name, request and expect", "cases", index);
      }
      String target = service != null || services.isEmpty() ? service : services.getFirst();
      if (target == null || !services.contains(target)) {
        throw source.problem(
            "case \"" + name + "\": service " + target + " is not among services",
            "cases",
            index,
            "service");
      }
      if (!target.matches("[^/]+/[^/]+")) {
        throw source.problem("service " + target + " is not NAMESPACE/NAME", "services");
      }
      int times = repeat == null ? 1 : repeat;
      if (times < 1 || times > MAX_REPEAT) {
        throw source.problem("repeat must be from 1 to " + MAX_REPEAT, "cases", index, "repeat");
      }
      int line = source.places().line(List.of("cases", index));
      Expectation wanted = expect.toExpectation();
      if (wanted.asksNothing()) {
        throw source.problem("case \"" + name + "\" expects nothing", "cases", index, "expect");
      }
      Set<Case.Layer> asked = layers == null ? EnumSet.allOf(Case.Layer.class) : layers;
      if (request.paths == null) {
        return List.of(
            new Case(name, line, target, times, request.toRequest(target, null), wanted, asked));
      }
      return request.paths.stream()
          .map(path ->
              new Case(
                  name + ": " + path,
                  line,
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
