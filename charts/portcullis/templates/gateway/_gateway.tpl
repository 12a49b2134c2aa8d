{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* What a gateway says of itself, and the operator reads: each Service once, with all hosts that lead to it. */}}
{{- define "portcullis.gateway.metadata" -}}
{{- $namespace := .Release.Namespace -}}
{{- $upstreams := dict -}}
{{- $hosts := dict -}}
{{- range .Values.gateway.routes -}}
{{- if hasKey $hosts .host }}{{ fail (printf "gateway.routes: host %s leads to two Services" .host) }}{{ end -}}
{{- $_ := set $hosts .host true -}}
{{- $section := .section | default "" -}}
{{- $key := printf "%s/%s" .service $section -}}
{{- $protocol := .protocol | default "HTTP1" -}}
{{- $known := get $upstreams $key | default dict -}}
{{- if and $known (or (ne (int $known.port) (int .port)) (ne $known.protocol $protocol)) -}}
{{- fail (printf "gateway.routes: %s is named with two ports or protocols; give each its section" .service) -}}
{{- end -}}
{{- $parts := splitList "/" .service -}}
{{- $upstream := dict
  "namespace" (index $parts 0)
  "service" (index $parts 1)
  "host" (printf "%s.%s.svc.cluster.local" (index $parts 1) (index $parts 0))
  "port" (int .port)
  "protocol" $protocol
  "hosts" (append ($known.hosts | default list) .host) -}}
{{- if $section }}{{ $_ := set $upstream "section" $section }}{{ end -}}
{{- if gt (len $upstream.hosts) 64 }}{{ fail (printf "gateway.routes: more than 64 hosts lead to %s" .service) }}{{ end -}}
{{- $_ := set $upstreams $key $upstream -}}
{{- end -}}
{{- $list := list -}}
{{- range $key := keys $upstreams | sortAlpha }}{{ $list = append $list (get $upstreams $key) }}{{ end -}}
{{- if not $list }}{{ fail "gateway.enabled needs gateway.routes" }}{{ end -}}
{{- $own := dict
  "kind" "Gateway"
  "listen" (dict "host" "0.0.0.0" "port" (include "portcullis.gateway.port" . | int))
  "extAuthz" (list (dict "host" (printf "ext-authz.%s.svc.cluster.local" $namespace) "port" 9001))
  "decider" (printf "spiffe://%s/ns/%s/sa/ext-authz" .Values.trustDomain $namespace)
  "upstreams" $list -}}
{{- if .Values.gateway.tls.secretName }}{{ $_ := set $own "certificate" "/etc/portcullis/gateway/certificate.json" }}{{ end -}}
{{- with .Values.gateway.clients -}}
{{- if and .caSecretName (not $.Values.gateway.tls.secretName) -}}
{{- fail "gateway.clients.caSecretName needs gateway.tls.secretName: clients show certificates over TLS only" -}}
{{- end -}}
{{- if and (or .required .revocations) (not .caSecretName) -}}
{{- fail "gateway.clients.required and .revocations need gateway.clients.caSecretName" -}}
{{- end -}}
{{- if .caSecretName -}}
{{- $_ := set $own "clients" (dict "authorities" "/etc/portcullis/gateway/clients.json" "required" .required) -}}
{{- end -}}
{{- end -}}
{{ toJson $own }}
{{- end }}

{{/* Where the gateway listens; no port below 1024, for which it would need a capability. */}}
{{- define "portcullis.gateway.port" -}}
{{ ternary 8443 8080 (not (empty .Values.gateway.tls.secretName)) }}
{{- end }}

{{/*
What its Envoys start with. The file is written by GatewayBootstrapTest in core/envoy from what the operator's code makes;
here stands only what an installation chooses. Of the memory a fifth is left for what is no heap.
*/}}
{{- define "portcullis.gateway.bootstrap" -}}
{{- $heap := mul (int .Values.gateway.memoryMebibytes) 838860 -}}
{{ .Files.Get "files/gateway/bootstrap.json" | trim
  | replace "\"what the gateway is for\"" (include "portcullis.gateway.metadata" .)
  | replace "operator.release-namespace.svc" (printf "operator.%s.svc" .Release.Namespace)
  | replace "1234567890" (toString $heap)
  | replace "$" "$$" }}
{{- end }}
