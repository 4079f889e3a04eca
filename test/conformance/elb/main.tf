# Load balancers of both types with listeners, rules, target groups and certificates. Applied, read back without a
# difference, changed through `variable "generation"`, read back again and destroyed by terraform.test.ts.

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

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "all" {
  for_each          = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 80
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "web" {
  name                       = "web"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.web.id]
  subnets                    = [for subnet in aws_subnet.all : subnet.id]
  idle_timeout               = local.second ? 120 : 60
  enable_http2               = !local.second
  drop_invalid_header_fields = local.second
  depends_on                 = [aws_internet_gateway.main]
  tags                       = { Name = "web" }
}

resource "aws_lb" "tcp" {
  name                             = "tcp"
  load_balancer_type               = "network"
  internal                         = true
  enable_cross_zone_load_balancing = local.second
  subnet_mapping {
    subnet_id            = aws_subnet.all["a"].id
    private_ipv4_address = "10.0.1.50"
  }
}

resource "aws_lb_target_group" "web" {
  name                 = "web"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = local.second ? 0 : 10
  slow_start           = local.second ? 30 : 0
  health_check {
    path                = local.second ? "/ready" : "/"
    matcher             = "200-299"
    interval            = 10
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
  stickiness {
    type            = "lb_cookie"
    enabled         = local.second
    cookie_duration = 3600
  }
}

resource "aws_lb_target_group" "api" {
  name             = "api"
  port             = 50051
  protocol         = "HTTP"
  protocol_version = "GRPC"
  target_type      = "ip"
  vpc_id           = aws_vpc.main.id
}

resource "aws_lb_target_group" "tcp" {
  name              = "tcp"
  port              = 5432
  protocol          = "TCP"
  target_type       = "ip"
  vpc_id            = aws_vpc.main.id
  proxy_protocol_v2 = local.second
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = local.second ? "10.0.1.11" : "10.0.1.10"
  port             = 8080
}

resource "aws_acm_certificate" "main" {
  domain_name               = "www.example.com"
  subject_alternative_names = ["*.example.com"]
  validation_method         = "DNS"
}

resource "aws_acm_certificate" "other" {
  domain_name       = "api.example.com"
  key_algorithm     = "EC_prime256v1"
  validation_method = "DNS"
}

resource "aws_acm_certificate_validation" "main" {
  certificate_arn = aws_acm_certificate.main.arn
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = local.second ? "HTTP_302" : "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = local.second ? "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" : "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.main.certificate_arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

# Who is not logged in at their provider is sent there; those with another path need not be.
resource "aws_lb_listener" "users" {
  load_balancer_arn = aws_lb.web.arn
  port              = 8443
  protocol          = "HTTPS"
  certificate_arn   = aws_acm_certificate_validation.main.certificate_arn
  default_action {
    type = "authenticate-oidc"
    authenticate_oidc {
      issuer                              = "https://idp.example.com"
      authorization_endpoint              = "https://idp.example.com/authorize"
      token_endpoint                      = "https://idp.example.com/token"
      user_info_endpoint                  = "https://idp.example.com/userinfo"
      client_id                           = "client"
      client_secret                       = local.second ? "another" : "secret"
      scope                               = "openid email"
      session_cookie_name                 = "Session"
      session_timeout                     = local.second ? 3600 : 7200
      authentication_request_extra_params = { prompt = local.second ? "login" : "none" }
    }
  }
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_listener_rule" "users" {
  listener_arn = aws_lb_listener.users.arn
  action {
    type = "authenticate-oidc"
    authenticate_oidc {
      issuer                     = "https://idp.example.com"
      authorization_endpoint     = "https://idp.example.com/authorize"
      token_endpoint             = "https://idp.example.com/token"
      user_info_endpoint         = "https://idp.example.com/userinfo"
      client_id                  = "client"
      client_secret              = "secret"
      on_unauthenticated_request = local.second ? "deny" : "allow"
    }
  }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
  condition {
    path_pattern {
      values = ["/public/*"]
    }
  }
}

resource "aws_lb_listener_certificate" "other" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = aws_acm_certificate.other.arn
}

resource "aws_lb_listener_rule" "api" {
  listener_arn = aws_lb_listener.https.arn
  priority     = local.second ? 20 : 10
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.web.arn
        weight = local.second ? 10 : 90
      }
      target_group {
        arn    = aws_lb_target_group.api.arn
        weight = local.second ? 90 : 10
      }
      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
  condition {
    host_header {
      values = ["api.example.com", "*.api.example.com"]
    }
  }
  condition {
    path_pattern {
      values = [local.second ? "/v2/*" : "/v1/*"]
    }
  }
}

resource "aws_lb_listener_rule" "fixed" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 100
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = local.second ? "gone" : "down"
      status_code  = "503"
    }
  }
  condition {
    http_header {
      http_header_name = "X-Maintenance"
      values           = ["yes"]
    }
  }
  condition {
    query_string {
      key   = "health"
      value = "check"
    }
  }
  condition {
    source_ip {
      values = ["10.0.0.0/8"]
    }
  }
  condition {
    http_request_method {
      values = ["GET", "HEAD"]
    }
  }
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn = aws_lb.tcp.arn
  port              = local.second ? 5433 : 5432
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}
