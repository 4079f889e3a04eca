# Every IAM resource and data source of the AWS provider that the platform serves. Applied, read back without a
# difference, changed through `variable "generation"`, read back again and destroyed by terraform.test.ts.

variable "certificate" {
  type = string
}

variable "private_key" {
  type = string
}

variable "saml_metadata" {
  type = string
}

variable "ssh_key" {
  type = string
}

variable "generation" {
  type = number
}

locals {
  second = var.generation == 2
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Team = "platform" }
  }
}
data "aws_caller_identity" "me" {}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "s3" {
  statement {
    sid       = "Read"
    actions   = local.second ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/Team"
      values   = ["platform"]
    }
  }
}
data "aws_iam_policy" "exec" { name = "AmazonECSTaskExecutionRolePolicy" }
resource "aws_iam_user" "ada" {
  name                 = "ada"
  path                 = "/eng/"
  permissions_boundary = aws_iam_policy.p.arn
  tags                 = { Name = local.second ? "Ada L." : "Ada" }
}
resource "aws_iam_access_key" "k" { user = aws_iam_user.ada.name }
resource "aws_iam_user_login_profile" "lp" {
  user                    = aws_iam_user.ada.name
  password_reset_required = true
}
resource "aws_iam_user_policy" "up" {
  name   = "inline"
  user   = aws_iam_user.ada.name
  policy = data.aws_iam_policy_document.s3.json
}
resource "aws_iam_user_policy_attachment" "ua" {
  user       = aws_iam_user.ada.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_group" "g" {
  name = "devs"
  path = local.second ? "/g2/" : "/g/"
}
resource "aws_iam_group_policy" "gp" {
  name   = "gp"
  group  = aws_iam_group.g.name
  policy = data.aws_iam_policy_document.s3.json
}
resource "aws_iam_group_policy_attachment" "ga" {
  group      = aws_iam_group.g.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_iam_group_membership" "gm" {
  name  = "m"
  users = [aws_iam_user.ada.name]
  group = aws_iam_group.g.name
}
resource "aws_iam_user_group_membership" "ugm" {
  user   = aws_iam_user.ada.name
  groups = [aws_iam_group.g2.name]
}
resource "aws_iam_group" "g2" { name = local.second ? "ops2" : "ops" }
resource "aws_iam_policy" "p" {
  name_prefix = "pol-"
  path        = "/pp/"
  description = "a policy"
  policy      = data.aws_iam_policy_document.s3.json
}
resource "aws_iam_role" "r" {
  name                  = "task"
  path                  = "/svc/"
  description           = local.second ? "tasks" : "task role"
  assume_role_policy    = data.aws_iam_policy_document.trust.json
  max_session_duration  = local.second ? 7200 : 3600
  permissions_boundary  = aws_iam_policy.p.arn
  force_detach_policies = true
  tags                  = { Name = "task" }
}
resource "aws_iam_role_policy" "rp" {
  name   = "rp"
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.s3.json
}
resource "aws_iam_role_policy_attachment" "ra" {
  role       = aws_iam_role.r.name
  policy_arn = data.aws_iam_policy.exec.arn
}
resource "aws_iam_role" "ex" {
  name               = "ex"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_role_policy_attachments_exclusive" "exa" {
  role_name   = aws_iam_role.ex.name
  policy_arns = ["arn:aws:iam::aws:policy/AmazonECS_FullAccess"]
}
resource "aws_iam_role_policies_exclusive" "exi" {
  role_name    = aws_iam_role.ex.name
  policy_names = []
}
resource "aws_iam_policy_attachment" "pa" {
  name       = "pa"
  roles      = [aws_iam_role.ex2.name]
  policy_arn = aws_iam_policy.p2.arn
}
resource "aws_iam_policy" "p2" {
  name   = "p2"
  policy = data.aws_iam_policy_document.s3.json
}
resource "aws_iam_role" "ex2" {
  name               = "ex2"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_instance_profile" "ip" {
  name = "ip"
  role = aws_iam_role.r.name
  path = "/ip/"
  tags = { a = local.second ? "c" : "b" }
}
resource "aws_iam_account_alias" "al" { account_alias = local.second ? "my-estiva" : "your-estiva" }
resource "aws_iam_account_password_policy" "pw" {
  minimum_password_length        = local.second ? 14 : 12
  require_lowercase_characters   = true
  require_numbers                = true
  require_uppercase_characters   = true
  require_symbols                = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 3
}
resource "aws_iam_openid_connect_provider" "gh" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = local.second ? ["sts.amazonaws.com", "x"] : ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}
resource "aws_iam_saml_provider" "saml" {
  name                   = "idp"
  saml_metadata_document = var.saml_metadata
}
resource "aws_iam_service_linked_role" "ecs" { aws_service_name = "ecs.amazonaws.com" }
resource "aws_iam_service_linked_role" "as" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "x"
  description      = local.second ? "scales" : "scaling"
}
resource "aws_iam_server_certificate" "sc" {
  name             = "cert"
  certificate_body = var.certificate
  private_key      = var.private_key
}
resource "aws_iam_user_ssh_key" "ssh" {
  username   = aws_iam_user.ada.name
  encoding   = "SSH"
  public_key = var.ssh_key
  status     = local.second ? "Inactive" : "Active"
}
resource "aws_iam_signing_certificate" "sign" {
  user_name        = aws_iam_user.ada.name
  certificate_body = var.certificate
  status           = local.second ? "Inactive" : "Active"
}
resource "aws_iam_service_specific_credential" "git" {
  user_name    = aws_iam_user.ada.name
  service_name = "codecommit.amazonaws.com"
  status       = local.second ? "Inactive" : "Active"
}
resource "aws_iam_virtual_mfa_device" "mfa" { virtual_mfa_device_name = "dev" }
data "aws_iam_principal_policy_simulation" "sim" {
  action_names      = ["s3:GetObject"]
  policy_source_arn = aws_iam_user.ada.arn
  resource_arns     = ["arn:aws:s3:::b/x"]
  depends_on        = [aws_iam_user_policy.up]
}
data "aws_iam_account_alias" "cur" { depends_on = [aws_iam_account_alias.al] }
data "aws_iam_roles" "all" { depends_on = [aws_iam_role.r] }
data "aws_iam_users" "all" { depends_on = [aws_iam_user.ada] }
data "aws_iam_group" "g" {
  group_name = aws_iam_group.g.name
  depends_on = [aws_iam_group_membership.gm]
}
data "aws_iam_role" "r" { name = aws_iam_role.r.name }
data "aws_iam_user" "u" { user_name = aws_iam_user.ada.name }
data "aws_iam_instance_profile" "ip" { name = aws_iam_instance_profile.ip.name }
data "aws_iam_instance_profiles" "ip" {
  role_name  = aws_iam_role.r.name
  depends_on = [aws_iam_instance_profile.ip]
}
data "aws_iam_access_keys" "k" { user = aws_iam_access_key.k.user }
data "aws_iam_openid_connect_provider" "o" { arn = aws_iam_openid_connect_provider.gh.arn }
data "aws_iam_saml_provider" "s" { arn = aws_iam_saml_provider.saml.arn }
output "sim" { value = data.aws_iam_principal_policy_simulation.sim.all_allowed }
