// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.portcullis.policy.match.CertificateDigest;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.match.UriPattern;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.Serial;
import java.util.List;
import java.util.function.Function;

/**
 * How plan records look in JSON. Kept outside of the records, so that the plan depends on nothing.
 */
final class PlanJson {

  private PlanJson() {}

  static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(textTypes())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL));
    for (Class<?> sealed :
        List.of(
            RoutePlan.class,
            AuthMethodSpec.class,
            JwksSpec.class,
            ProofSpec.class,
            AddressListSpec.class,
            Allowance.class)) {
      builder.addMixIn(sealed, Tagged.class);
      for (Class<?> permitted : sealed.getPermittedSubclasses()) {
        builder.registerSubtypes(new NamedType(permitted, tag(permitted)));
      }
    }
    return builder.build();
  }

  /** Values that read best as the text they were parsed from. */
  private static SimpleModule textTypes() {
    SimpleModule module = new SimpleModule("portcullis-text");
    text(module, RouteId.class, RouteId::new);
    text(module, Expression.class, Expression::new);
    text(module, Cidr.class, Cidr::parse);
    text(module, CertificateDigest.class, CertificateDigest::parse);
    text(module, DnsNamePattern.class, DnsNamePattern::parse);
    text(module, OriginPattern.class, OriginPattern::parse);
    text(module, PathPattern.class, PathPattern::parse);
    text(module, PrincipalPattern.class, PrincipalPattern::parse);
    text(module, UriPattern.class, UriPattern::parse);
    return module;
  }

  private static <T> void text(SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addSerializer(type, new ToStringSerializer(type));
    module.addDeserializer(type, new FromText<>(type, parse));
  }

  /** The simple name; the two kinds of route read better without their last word. */
  private static String tag(Class<?> permitted) {
    if (permitted == GuardedRoute.class) {
      return "Guarded";
    }
    return permitted == ClosedRoute.class ? "Closed" : permitted.getSimpleName();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Tagged {}

  private static final class FromText<T> extends FromStringDeserializer<T> {
    @Serial private static final long serialVersionUID = 1L;
    private final transient Function<String, T> parse;

    FromText(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    protected T _deserialize(String value, DeserializationContext context) {
      return parse.apply(value);
    }
  }
}
