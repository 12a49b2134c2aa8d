// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanDirectoryTest {
  private static final SecretMaterial SECRET =
      SecretMaterial.of("swordfish".getBytes(StandardCharsets.UTF_8));
  private static final PlanSnapshot PLAN =
      new PlanSnapshot(List.of(closed("shop/b"), closed("shop/a")), List.of(key("k1")));

  @TempDir Path parent;

  @Test
  void readsBackWhatItWrote() throws IOException {
    PlanDirectory directory = directory();
    directory.write(PLAN, List.of(SECRET));
    assertThat(directory.readPlan()).isEqualTo(PLAN);
    assertThat(directory.readSecrets()).containsExactlyEntriesOf(Map.of(SECRET.hash(), SECRET));
  }

  @Test
  void sortsSoThatEqualPlansAreEqualBytes() {
    PlanSnapshot turned =
        new PlanSnapshot(List.of(closed("shop/a"), closed("shop/b")), List.of(key("k1")));
    assertThat(PlanCodec.encode(turned)).isEqualTo(PlanCodec.encode(PLAN));
    assertThat(new String(PlanCodec.encode(PLAN), StandardCharsets.UTF_8))
        .startsWith("{\n  \"routes\" : [\n    {\n      \"type\" : \"Closed\"")
        .endsWith("}\n");
  }

  @Test
  void onlyTheOwnerMayReadAndNothingElseIsLeftBehind() throws IOException {
    PlanDirectory directory = directory();
    directory.write(PLAN, List.of(SECRET));
    directory.write(PlanSnapshot.empty(), List.of());
    assertThat(directory.readPlan()).isEqualTo(PlanSnapshot.empty());
    assertThat(mode(directory.planFile())).isEqualTo("rw-------");
    assertThat(mode(directory.secretsFile())).isEqualTo("rw-------");
    assertThat(parent.resolve("plan")).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void withoutASecretsFileThereIsNoMaterial() throws IOException {
    directory().writePlan(PLAN);
    assertThat(directory().readSecrets()).isEmpty();
  }

  @Test
  void withoutAPlanItSaysWhichFileIsMissing() {
    assertThatThrownBy(() -> directory().readPlan())
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("plan.json");
  }

  @Test
  void refusesARouteThatIsThereTwice() {
    String twice =
        "{\"routes\":[%s,%s],\"apiKeys\":[]}"
            .formatted(text(closed("shop/a")), text(closed("shop/a")));
    assertThatThrownBy(() -> PlanCodec.decodeSnapshot(twice.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining("the same route twice: shop/a");
  }

  @Test
  void refusesMaterialThatDoesNotFitItsHashWithoutShowingIt() throws IOException {
    PlanDirectory directory = directory();
    directory.write(PLAN, List.of(SECRET));
    String json = Files.readString(directory.secretsFile());
    Files.writeString(directory.secretsFile(), json.replace("c3dvcmRmaXNo", "c3dvcmRmaXNi"));
    assertThatThrownBy(directory::readSecrets)
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining(SECRET.hash())
        .hasMessageNotContaining("c3dvcmRmaXN");
    Files.writeString(directory.secretsFile(), "{\"x\": swordfish}");
    assertThatThrownBy(directory::readSecrets)
        .isInstanceOf(PlanFormatException.class)
        .hasNoCause()
        .hasMessageNotContaining("swordfish");
  }

  @Test
  void keepsListsOfTheLastTwoPlansBesideThePlan() throws IOException {
    PlanDirectory directory = directory();
    AddressList first = list("10.0.0.0/8");
    AddressList second = list("192.0.2.0/24");
    PlanSnapshot one = new PlanSnapshot(List.of(denying(first)), List.of());
    directory.writePlan(one, List.of(first));
    assertThat(directory.readLists(one).values())
        .extracting(list -> list.hash() + " " + list.ranges().size())
        .containsExactly(first.hash() + " 1");
    assertThat(mode(parent.resolve("plan/lists").resolve(first.hash()))).isEqualTo("rw-------");

    PlanSnapshot two = new PlanSnapshot(List.of(denying(second)), List.of());
    directory.writePlan(two, List.of(second));
    assertThat(directory.readLists(one)).as("who is half-way").containsKey(first.hash());
    directory.writePlan(two, List.of(second));
    assertThat(directory.readLists(one)).isEmpty();
    assertThat(directory.readLists(two)).containsOnlyKeys(second.hash());
  }

  @Test
  void refusesAListThatDoesNotFitItsHash() throws IOException {
    PlanDirectory directory = directory();
    AddressList list = list("10.0.0.0/8");
    PlanSnapshot plan = new PlanSnapshot(List.of(denying(list)), List.of());
    directory.writePlan(plan, List.of(list));
    Files.writeString(parent.resolve("plan/lists").resolve(list.hash()), "11.0.0.0/8\n");
    assertThatThrownBy(() -> directory.readLists(plan)).isInstanceOf(PlanFormatException.class);
  }

  private static AddressList list(String range) {
    return AddressListCodec.of(CidrSet.of(List.of(Cidr.parse(range))));
  }

  private static RoutePlan denying(AddressList list) {
    PolicyRef policy = new PolicyRef("ApiPolicy", "shop", "orders");
    return new GuardedRoute(
        new RouteId("shop/orders"),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        new RequestSpec(
            policy,
            Mode.ENFORCE,
            List.of(),
            List.of(),
            List.of(new AddressListSpec.FromFile("offices")),
            List.of(new AddressListSpec.FromConfigMap("shop", "bad", null, list.hash())),
            null,
            List.of(),
            null,
            null),
        null,
        null,
        null,
        List.of(),
        List.of(),
        null,
        AuditSpec.refusalsOnly(),
        List.of(policy));
  }

  private PlanDirectory directory() {
    return new PlanDirectory(parent.resolve("plan"));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static String text(RoutePlan route) {
    return new String(PlanCodec.encode(route), StandardCharsets.UTF_8);
  }

  private static RoutePlan closed(String id) {
    return new ClosedRoute(new RouteId(id), ClosedRoute.Reason.NO_POLICY, "", List.of());
  }

  private static ApiKeyRecord key(String id) {
    return new ApiKeyRecord(
        "shop", id, id, "9f86", "acme", null, List.of(), null, null, false, new TreeMap<>());
  }
}
