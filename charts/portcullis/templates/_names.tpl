{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/*
Names of objects in the installation namespace are fixed: certificates, identities and what sidecars look up depend on
them, so there is one installation in a namespace. What is not in a namespace carries the name of the product.
*/}}

{{- define "portcullis.labels" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/part-of: portcullis
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "portcullis.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "portcullis.image" -}}
{{- $image := .root.Values.image -}}
{{ with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ .name }}:{{ .tag | default $image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* The user name of a ServiceAccount in the installation namespace. */}}
{{- define "portcullis.user" -}}
system:serviceaccount:{{ .root.Release.Namespace }}:{{ .account }}
{{- end }}

{{/* Sync waves: definitions and identities, then the operator, then what needs it, and last what stops others without it. */}}
{{- define "portcullis.wave" -}}
argocd.argoproj.io/sync-wave: {{ . | quote }}
{{- end }}

{{/* What every container of ours may do: nothing but run (Pod Security "restricted"). */}}
{{- define "portcullis.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsGroup: 65532
runAsNonRoot: true
runAsUser: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Where pods run: spread over nodes and zones as far as that is possible. */}}
{{- define "portcullis.scheduling" -}}
{{- $values := .values -}}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "portcullis.selector" $ | nindent 6 }}
{{- end }}
{{- end }}

{{/* Ports of the DNS servers' pods: policies see a connection after a Service has led it to one. */}}
{{- define "portcullis.dns" -}}
- ports:
  {{- range .dns.ports }}
  - port: {{ . }}
    protocol: UDP
  - port: {{ . }}
    protocol: TCP
  {{- end }}
  to:
  - namespaceSelector:
      {{- toYaml .dns.namespaceSelector | nindent 6 }}
  {{- range .dns.cidrs }}
  - ipBlock:
      cidr: {{ . }}
  {{- end }}
{{- end }}

{{/* An operator that waits for itself would never start, and a cluster without its own pods would not mend itself. */}}
{{- define "portcullis.otherNamespaces" -}}
- key: kubernetes.io/metadata.name
  operator: NotIn
  values: [{{ .Release.Namespace }}, kube-system]
{{- end }}

{{/* A pod of an enrolled namespace runs guarded or not at all. */}}
{{- define "portcullis.podWebhook" -}}
rules:
- operations: [CREATE]
  apiGroups: [""]
  apiVersions: [v1]
  resources: [pods]
  scope: Namespaced
failurePolicy: Fail
matchPolicy: Equivalent
reinvocationPolicy: IfNeeded
sideEffects: None
timeoutSeconds: {{ .Values.webhooks.timeoutSeconds }}
admissionReviewVersions: [v1]
{{- end }}

{{/* What the decision service mounts to reach the shared store; empty: nothing. */}}
{{- define "portcullis.valkeySecrets" -}}
{{- with .Values.extAuthz.valkey }}
{{- if and .url .secretRef.name }}
- secret:
    name: {{ .secretRef.name }}
    items:
    - key: {{ .secretRef.key }}
      path: password
{{- end }}
{{- if and .url .caRef.name }}
- secret:
    name: {{ .caRef.name }}
    items:
    - key: {{ .caRef.key }}
      path: ca.crt
{{- end }}
{{- end }}
{{- end -}}
