// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.ClosedRoute;
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
