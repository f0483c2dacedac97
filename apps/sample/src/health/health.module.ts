import { Controller, Get, Module } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { ResamaniaHealthIndicator } from 'nestjs-resamania-auth/terminus';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly resamania: ResamaniaHealthIndicator,
  ) {}

  /** For a readiness probe: this application can do nothing without tokens. It makes no request. */
  @Get()
  @HealthCheck()
  @ApiOperation({ summary: 'Whether every chain has a token, for a readiness probe; no request is made' })
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.resamania.isHealthy('resamania')]);
  }
}

@Module({
  imports: [TerminusModule],
  controllers: [HealthController],
  providers: [ResamaniaHealthIndicator],
})
export class HealthModule {}
