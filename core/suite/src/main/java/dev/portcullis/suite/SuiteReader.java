// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
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
    return read(file, SuiteReader::suite);
  }

  /**
   * Reads a file that holds one request and what it needs, but no cases: {@code service} and {@code
   * request} instead. Its suite has one case, which expects nothing.
   *
   * @throws SuiteException as {@link #read(Path)}
   */
  static Suite readRequest(Path file) {
    return read(file, SuiteReader::ofRequest);
  }

  private static Suite read(Path file, BiFunction<Source, @Nullable Document, Suite> toSuite) {
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
      return toSuite.apply(new Source(file, places), MAPPER.convertValue(tree, Document.class));
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
    if (document == null || !"PolicyTest".equals(document.kind)) {
      throw source.problem("kind must be PolicyTest", "kind");
    }
    if (document.apiVersion != null && !document.apiVersion.equals(API_VERSION)) {
      throw source.problem("apiVersion must be " + API_VERSION, "apiVersion");
    }
    if (document.service != null || document.request != null) {
      throw source.problem("service and request belong into cases", "request");
    }
    List<String> services = orEmpty(document.services);
    List<Case> cases = new ArrayList<>();
    List<CaseDocument> documents = orEmpty(document.cases);
    for (int i = 0; i < documents.size(); i++) {
      cases.addAll(documents.get(i).toCases(source, i, services));
    }
    if (cases.isEmpty()) {
      throw source.problem("there are no cases, so it shows nothing", "cases");
    }
    return suite(source, document, services, cases);
  }

  private static Suite ofRequest(Source source, @Nullable Document document) {
    if (document == null || document.request == null || document.service == null) {
      throw source.problem("it needs service and request");
    }
    if (document.cases != null || document.request.paths != null) {
      throw source.problem("it holds one request, so neither cases nor paths");
    }
    String service = document.service;
    if (!service.matches("[^/]+/[^/]+")) {
      throw source.problem("service " + service + " is not NAMESPACE/NAME", "service");
    }
    Case only =
        new Case(
            "request",
            source.places().line(List.of("request")),
            service,
            1,
            document.request.toRequest(service, null),
            new ExpectDocument(null, false, null, null, null, null, null, null, null, null)
                .toExpectation(),
            EnumSet.allOf(Case.Layer.class));
    List<String> services = new ArrayList<>(orEmpty(document.services));
    services.add(service);
    return suite(source, document, services, List.of(only));
  }

  private static Suite suite(
      Source source, Document document, List<String> services, List<Case> cases) {
    Path file = source.file();
    orEmpty(document.issuers)
        .forEach((name, issuer) -> {
          if ((issuer.secret() == null) == (issuer.uri() == null)) {
            throw source.problem(
                "issuer " + name + " needs exactly one of secret and uri", "issuers", name);
          }
        });
    Map<String, Token> tokens = new LinkedHashMap<>();
    orEmpty(document.tokens).forEach((name, token) -> tokens.put(name, token.toToken()));
    Map<String, Proof> proofs = new LinkedHashMap<>();
    orEmpty(document.proofs).forEach((name, proof) -> proofs.put(name, proof.toProof()));
    Map<String, Suite.ApiKey> keys = new LinkedHashMap<>();
    orEmpty(document.apiKeys).forEach((name, key) -> keys.put(name, key.toKey(source, name)));
    return new Suite(
        document.name == null ? file.getFileName().toString() : document.name,
        file,
        orEmpty(document.policies).stream()
            .map(policy -> file.resolveSibling(policy).normalize())
            .toList(),
        services,
        orEmpty(document.issuers),
        tokens,
        orEmpty(document.holders),
        proofs,
        keys,
        geo(source, document),
        addressLists(source, document),
        introspection(source, orEmpty(document.introspection)),
        orEmpty(document.revocations),
        List.copyOf(cases));
  }

  private static Map<Cidr, Suite.Place> geo(Source source, Document document) {
    Map<Cidr, Suite.Place> geo = new LinkedHashMap<>();
    orEmpty(document.geo)
        .forEach((range, place) -> {
          try {
            geo.put(Cidr.parse(range), place);
          } catch (IllegalArgumentException e) {
            throw source.problem(String.valueOf(e.getMessage()), "geo", range);
          }
        });
    return geo;
  }

  private static Map<String, CidrSet> addressLists(Source source, Document document) {
    Map<String, CidrSet> lists = new LinkedHashMap<>();
    orEmpty(document.addressLists)
        .forEach((name, ranges) -> {
          try {
            lists.put(name, CidrSet.of(ranges.stream().map(Cidr::parse).toList()));
          } catch (IllegalArgumentException e) {
            throw source.problem(String.valueOf(e.getMessage()), "addressLists", name);
          }
        });
    return lists;
  }

  private static Map<String, Suite.Introspection> introspection(
      Source source, Map<String, IntrospectionDocument> documents) {
    Map<String, Suite.Introspection> issuers = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    documents.forEach((name, issuer) -> {
      if (issuer.endpoint == null || issuer.secret == null) {
        throw source.problem(
            "issuer " + name + " needs endpoint and secret", "introspection", name);
      }
      if (!issuer.secret.matches("[^/]+/[^/]+")) {
        throw source.problem(
            "secret must be NAMESPACE/NAME, not " + issuer.secret, "introspection", name, "secret");
      }
      Map<String, Suite.OpaqueToken> tokens = new LinkedHashMap<>();
      orEmpty(issuer.tokens)
          .forEach((token, document) -> {
            if (!names.add(token)) {
              throw source.problem(
                  "two tokens are called " + token, "introspection", name, "tokens", token);
            }
            tokens.put(token, document.toToken());
          });
      issuers.put(name, new Suite.Introspection(issuer.endpoint, issuer.secret, tokens));
    });
    return issuers;
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
      @Nullable Map<String, Suite.Holder> holders,
      @Nullable Map<String, ProofDocument> proofs,
      @Nullable Map<String, ApiKeyDocument> apiKeys,
      @Nullable Map<String, Suite.Place> geo,
      @Nullable Map<String, List<String>> addressLists,
      @Nullable Map<String, IntrospectionDocument> introspection,
      @Nullable List<Suite.Revocation> revocations,
      @Nullable List<CaseDocument> cases,
      @Nullable String service,
      @Nullable RequestDocument request) {}

  private record TokenDocument(
      String issuer,
      @Nullable Map<String, @Nullable Object> header,
      @Nullable Map<String, @Nullable Object> claims,
      @Nullable String rawHeader,
      @Nullable String rawClaims,
      @Nullable String expiresIn,
      @Nullable String authAge,
      Token.@Nullable Signature signature,
      Token.@Nullable Part loose) {

    Token toToken() {
      return new Token(
          issuer,
          orEmpty(header),
          orEmpty(claims),
          rawHeader,
          rawClaims,
          expiresIn == null ? "10m" : expiresIn,
          authAge,
          signature == null ? Token.Signature.VALID : signature,
          loose);
    }
  }

  private record ProofDocument(
      String holder,
      @Nullable String token,
      @Nullable String method,
      String url,
      @Nullable Map<String, @Nullable Object> header,
      @Nullable Map<String, @Nullable Object> claims,
      @Nullable String age,
      Token.@Nullable Signature signature) {

    Proof toProof() {
      return new Proof(
          holder,
          token,
          method == null ? "GET" : method,
          url,
          orEmpty(header),
          orEmpty(claims),
          age == null ? "0s" : age,
          signature == null ? Token.Signature.VALID : signature);
    }
  }

  private record IntrospectionDocument(
      @Nullable String endpoint,
      @Nullable String secret,
      @Nullable Map<String, OpaqueDocument> tokens) {}

  private record OpaqueDocument(
      @Nullable Map<String, @Nullable Object> claims,
      @Nullable String raw,
      @Nullable String expiresIn,
      @Nullable String authAge,
      @Nullable Integer status,
      @Nullable String contentType) {

    Suite.OpaqueToken toToken() {
      return new Suite.OpaqueToken(
          orEmpty(claims),
          raw,
          expiresIn == null ? "10m" : expiresIn,
          authAge,
          status == null ? 200 : status,
          contentType == null ? "application/json" : contentType);
    }
  }

  private record ApiKeyDocument(
      @Nullable String namespace,
      @Nullable String client,
      @Nullable String plan,
      @Nullable List<String> scopes,
      @Nullable Map<String, String> labels,
      boolean revoked,
      @Nullable String notBefore,
      @Nullable String expires,
      Suite.ApiKey.@Nullable Known known) {

    Suite.ApiKey toKey(Source source, String name) {
      if (namespace == null || client == null) {
        throw source.problem("API key " + name + " needs namespace and client", "apiKeys", name);
      }
      return new Suite.ApiKey(
          namespace,
          client,
          plan,
          orEmpty(scopes),
          orEmpty(labels),
          revoked,
          notBefore,
          expires,
          known == null ? Suite.ApiKey.Known.KEY : known);
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
      @Nullable CertificateDocument certificate,
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
          certificate == null ? null : certificate.toCertificate(),
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

  private record CertificateDocument(
      @Nullable List<String> dnsNames, @Nullable List<String> uris, @Nullable String holder) {

    Case.Certificate toCertificate() {
      if (holder != null && (dnsNames != null || uris != null)) {
        throw new SuiteException(
            "the certificate of holder " + holder + " names nobody: remove dnsNames and uris");
      }
      return new Case.Certificate(orEmpty(dnsNames), orEmpty(uris), holder, null);
    }
  }

  private record ExpectDocument(
      @Nullable Integer status,
      boolean refused,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable String rule,
      @Nullable Map<String, @Nullable String> headers,
      @Nullable Map<String, @Nullable String> upstream,
      @Nullable Integer minScore,
      @Nullable Integer maxScore,
      @Nullable Boolean delayed) {

    Expectation toExpectation() {
      return new Expectation(
          status,
          refused,
          reason,
          detail,
          rule,
          orEmpty(headers),
          orEmpty(upstream),
          minScore,
          maxScore,
          delayed);
    }
  }
}
