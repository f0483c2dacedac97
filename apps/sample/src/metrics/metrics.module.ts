import { Controller, Get, Header, Module } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';

import { prometheusPage } from './prometheus.js';

@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Metrics of the tokens, for Prometheus; neither a token nor the name of a chain' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String })
  metrics(): Promise<string> {
    return prometheusPage();
  }
}

@Module({ controllers: [MetricsController] })
export class MetricsModule {}
